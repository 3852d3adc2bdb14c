// OpenSSL 3.0, and inline functions for those of its calls that are macros.
#pragma once
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// A key under a passphrase is refused: OpenSSL's own callback would stop and ask at the terminal.
static inline int tls_no_passphrase(char *buffer, int size, int writing, void *data) { return -1; }

// How often a peer may ask for new keys (TLS 1.3, RFC 8446 4.6.3): honest ones do once in some 2^24 records, and each time costs this
// side work and brings no data. Whoever asks more often is taken to have ended the connection: a read then returns 0, also in the
// middle of what one read brought.
enum { tls_key_updates_max = 32 };

static inline void tls_count_key_updates(int writing, int version, int type, const void *message, size_t size, SSL *ssl, void *data) {
    if (writing || type != SSL3_RT_HANDSHAKE || size == 0 || *(const unsigned char *)message != SSL3_MT_KEY_UPDATE) return;
    size_t count = (size_t)SSL_get_app_data(ssl) + 1;
    SSL_set_app_data(ssl, (void *)count);
    if (count > tls_key_updates_max) SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
}

// TLS: what every context of ours has in common. TLS 1.2 with forward secrecy and AEAD only, or TLS 1.3; no renegotiation, no
// compression; buffers are released while a connection is idle; a record is read with one system call.
static inline void tls_prepare(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_msg_callback(context, tls_count_key_updates);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"weir", 4);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_default_passwd_cb(context, tls_no_passphrase);
}

static inline void tls_set_server_name(SSL *ssl, const char *name) { SSL_set_tlsext_host_name(ssl, name); }

static inline void tls_set_server_name_callback(SSL_CTX *context, int (*callback)(SSL *, int *, void *), void *argument) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
    SSL_CTX_set_tlsext_servername_arg(context, argument);
}

static inline int tls_get_ticket_keys(SSL_CTX *context, void *keys, size_t size) {
    return (int)SSL_CTX_get_tlsext_ticket_keys(context, keys, (long)size);
}

static inline int tls_set_ticket_keys(SSL_CTX *context, void *keys, size_t size) {
    return (int)SSL_CTX_set_tlsext_ticket_keys(context, keys, (long)size);
}

static inline int tls_choose_http11(const unsigned char **chosen, unsigned char *chosen_length, const unsigned char *offered,
                                    unsigned int offered_length) {
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *selected = 0;
    if (SSL_select_next_proto(&selected, chosen_length, ours, sizeof(ours) - 1, offered, offered_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = selected;
    return SSL_TLSEXT_ERR_OK;
}

// What a client shows of itself: certificates and a key from PEM.
static inline STACK_OF(X509) *tls_new_chain(void) { return sk_X509_new_null(); }
static inline int tls_push_certificate(STACK_OF(X509) *chain, X509 *certificate) { return sk_X509_push(chain, certificate); }
static inline void tls_free_chain(STACK_OF(X509) *chain) { sk_X509_pop_free(chain, X509_free); }
static inline X509 *tls_read_certificate(BIO *text) { return PEM_read_bio_X509(text, 0, tls_no_passphrase, 0); }
static inline EVP_PKEY *tls_read_key(BIO *text) { return PEM_read_bio_PrivateKey(text, 0, tls_no_passphrase, 0); }

// The end of a certificate in seconds since 1970.
static inline long long tls_not_after(const X509 *certificate) {
    ASN1_TIME *epoch = ASN1_TIME_set(0, 0);
    int days = 0, seconds = 0;
    ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(certificate));
    ASN1_TIME_free(epoch);
    return (long long)days * 86400 + seconds;
}

// The names of a certificate (GENERAL_NAMES is a macro-typed stack).
static inline int tls_count_names(void *names) { return sk_GENERAL_NAME_num((GENERAL_NAMES *)names); }
static inline void tls_free_names(void *names) { GENERAL_NAMES_free((GENERAL_NAMES *)names); }
static inline const unsigned char *tls_dns_name(void *names, int index, int *length) {
    GENERAL_NAME *name = sk_GENERAL_NAME_value((GENERAL_NAMES *)names, index);
    if (name->type != GEN_DNS) return 0;
    *length = ASN1_STRING_length(name->d.dNSName);
    return ASN1_STRING_get0_data(name->d.dNSName);
}
