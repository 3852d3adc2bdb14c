// libcrypt's bcrypt. Declared here, since <crypt.h> hides the reentrant calls of some systems behind _GNU_SOURCE.
#pragma once

// sizeof(struct crypt_data) in libxcrypt; crypt_rn refuses to work in less than it needs.
enum { crypt_work_size = 32768, crypt_setting_size = 192 };

extern char *crypt_rn(const char *phrase, const char *setting, void *work, int size);
extern char *crypt_gensalt_rn(const char *prefix, unsigned long count, const char *random, int random_size, char *setting, int size);
