/* auth.c: is it the phone that it says it is? Digest authentication (RFC 3261, section 22) against a file of htdigest's: a line
 * "NAME:headsetsvc:HASH" a phone, with HASH the MD5 of "NAME:headsetsvc:PASSWORD" in hexadecimal. The file is read each time, so
 * a phone that is added to it needs no restart.
 *
 * Nothing is kept of a challenge: a nonce is a time, and a hash that only this host can have made of it and the address it was
 * sent to. It is good for a while, and after that the phone is told to use a new one. */
#include "host.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define REALM "headsetsvc"
#define NONCE_S 60
#define NONCE_SIZE (16 + 2 * MD5_SIZE + 1)

static const char *path;
static uint8_t secret[32];

/* ---- nonces ---- */

static void make_nonce(char nonce[NONCE_SIZE], uint64_t at, const struct sip_msg *msg) {
    uint8_t hash[MD5_SIZE];
    md5_printf(hash, "%w:%llx:%j", secret, sizeof secret, (unsigned long long)at, &msg->src);
    re_snprintf(nonce, NONCE_SIZE, "%016llx%w", (unsigned long long)at, hash, sizeof hash);
}

static bool is_fresh(const struct pl *given, const struct sip_msg *msg) {
    char nonce[NONCE_SIZE];
    struct pl time = *given;
    uint64_t now = tmr_jiffies() / 1000, at;
    if (given->l != NONCE_SIZE - 1) return false;
    time.l = 16;
    at = pl_x64(&time);
    make_nonce(nonce, at, msg);
    return pl_strcmp(given, nonce) == 0 && at <= now && now - at <= NONCE_S;
}

/* ---- passwords ---- */

/* find_hash: false if the phone has none; then it cannot be it. */
static bool find_hash(const char *name, uint8_t hash[MD5_SIZE]) {
    char line[NAME_SIZE + 64], known[NAME_SIZE], digits[2 * MD5_SIZE + 1];
    FILE *file = fopen(path, "re");
    bool found = false;
    if (file == NULL) say("%s: cannot be read; no phone can show that it is one", path);
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL)
        found = sscanf(line, "%128[^:]:" REALM ":%32[0-9a-fA-F]", known, digits) == 2 && str_casecmp(known, name) == 0 &&
                str_hex(hash, MD5_SIZE, digits) == 0;
    if (file != NULL) fclose(file);
    return found;
}

typedef struct claim {
    const char *name;
    bool right;
    bool stale;
    bool wrong;
} claim;

/* A phone may have answered challenges of others as well. What it answered must be about this request. */
static bool check(const struct sip_hdr *header, const struct sip_msg *msg, void *user) {
    claim *c = user;
    struct httpauth_digest_resp given;
    uint8_t hash[MD5_SIZE];
    if (httpauth_digest_response_decode(&given, &header->val) != 0 || pl_strcmp(&given.realm, REALM) != 0) return false;
    c->right = pl_strcasecmp(&given.username, c->name) == 0 && pl_cmp(&given.uri, &msg->ruri) == 0 && find_hash(c->name, hash) &&
               httpauth_digest_response_auth(&given, &msg->met, hash) == 0;
    c->stale = c->right && !is_fresh(&given.nonce, msg);
    c->wrong = !c->right;
    return c->right = c->right && !c->stale;
}

/* ---- requests ---- */

static void challenge(struct sip *sip, const struct sip_msg *msg, bool invite, bool stale) {
    char nonce[NONCE_SIZE];
    make_nonce(nonce, tmr_jiffies() / 1000, msg);
    sip_treplyf(NULL, NULL, sip, msg, false, invite ? 407 : 401, invite ? "Proxy Authentication Required" : "Unauthorized",
                "%s: Digest realm=\"" REALM "\", nonce=\"%s\", algorithm=MD5, qop=\"auth\"%s\r\nContent-Length: 0\r\n\r\n",
                invite ? "Proxy-Authenticate" : "WWW-Authenticate", nonce, stale ? ", stale=true" : "");
}

bool auth_check(struct sip *sip, const struct sip_msg *msg, const char *name) {
    bool invite = pl_strcmp(&msg->met, "INVITE") == 0;
    claim c = {.name = name};
    if (path == NULL) return true;
    if (sip_msg_hdr_apply(msg, true, invite ? SIP_HDR_PROXY_AUTHORIZATION : SIP_HDR_AUTHORIZATION, check, &c) != NULL) return true;
    if (c.wrong) say("%s: not with that password", name);
    challenge(sip, msg, invite, c.stale);
    return false;
}

void auth_open(const options *given) {
    path = given->passwords;
    rand_bytes(secret, sizeof secret);
    if (path == NULL) say("phones need no password (--passwords): whoever reaches the port may be any of them");
}
