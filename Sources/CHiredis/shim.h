// hiredis as a codec: its command formatter and its reply reader. Connections are the Loop module's.
#pragma once
#include <hiredis/hiredis.h>
#include <hiredis/read.h>
