// The Linux calls that Swift's Glibc module leaves out. Without _GNU_SOURCE: with it these headers would define types otherwise
// than Glibc's module does, and Swift refuses two definitions of one type.
#pragma once
#include <malloc.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

// Declared here because glibc shows it only with _GNU_SOURCE.
extern int accept4(int, struct sockaddr *, socklen_t *, int);

static inline void set_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
