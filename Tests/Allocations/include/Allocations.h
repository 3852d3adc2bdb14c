// How often this thread has asked for memory: for the checks that something allocates nothing.

#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Calls of malloc and its kin on this thread so far.
uint64_t allocations_of_this_thread(void);

/// False under a sanitizer, which has an allocator of its own.
bool allocations_are_counted(void);
