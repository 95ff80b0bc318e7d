/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The ballot as bytes, sealed. A ballot is a version, the tracking number, and a bit for each entrant in the order of the round's
 * rows; its box (libsodium's sealed box) has the same length for every ballot of a round, and tells nothing without the
 * round's secret.
 */
#include "kernel/journal/hash.h"
#include "modules/rounds/rounds.h"

#include <sodium.h>
#include <string.h>

#define VERSION 1

/* Without I, L, O and U, which are misread. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

_Static_assert(
	LX_KEY_BYTES == crypto_box_PUBLICKEYBYTES && LX_KEY_BYTES == crypto_box_SECRETKEYBYTES,
	"keys of the sealed box");
_Static_assert(LX_BOX_MAX - LX_BALLOT_MAX == crypto_box_SEALBYTES, "what a seal adds");

void lx_tracking_make(char tracking[LX_TRACKING + 1])
{
	unsigned char random[LX_TRACKING];

	lx_hash_random(random, sizeof random);
	for (size_t i = 0; i < LX_TRACKING; i++)
		tracking[i] = alphabet[random[i] % 32];
	tracking[LX_TRACKING] = '\0';
}

size_t lx_typed_plain(struct lx_text typed, char *plain, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < typed.len; i++) {
		char c = typed.at[i];
		if (c == ' ' || c == '-')
			continue;
		if (n == most)
			return most + 1;
		plain[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	return n;
}

bool lx_tracking_read(struct lx_text typed, char tracking[LX_TRACKING + 1])
{
	bool good = lx_typed_plain(typed, tracking, LX_TRACKING) == LX_TRACKING;

	for (size_t i = 0; good && i < LX_TRACKING; i++)
		good = memchr(alphabet, tracking[i], sizeof alphabet - 1) != NULL;
	tracking[LX_TRACKING] = '\0';
	return good;
}

void lx_tracking_show(struct lx_buf *out, struct lx_text tracking)
{
	for (size_t i = 0; i < tracking.len; i++) {
		if (i > 0 && i % 5 == 0)
			lx_buf_char(out, '-');
		lx_buf_char(out, tracking.at[i]);
	}
}

static size_t plain_length(size_t entrants)
{
	return 1 + LX_TRACKING + (entrants + 7) / 8;
}

size_t lx_box_length(size_t entrants)
{
	return plain_length(entrants) + crypto_box_SEALBYTES;
}

enum lx_code lx_ballot_seal(struct lx_call *call, const struct lx_ballot *ballot, size_t entrants,
	struct lx_text key, unsigned char box[LX_BOX_MAX], size_t *length)
{
	unsigned char plain[LX_BALLOT_MAX] = { VERSION }, public_key[LX_KEY_BYTES];

	if (entrants > LX_ROUND_ENTRANTS_MAX || !lx_hash_read(key, public_key))
		return lx_fail(call, LX_BROKEN, NULL, "round_key", NULL);
	memcpy(plain + 1, ballot->tracking, LX_TRACKING);
	for (size_t i = 0; i < entrants; i++)
		if (ballot->approved[i])
			plain[1 + LX_TRACKING + i / 8] |= (unsigned char)(1U << i % 8);
	int failed = crypto_box_seal(box, plain, plain_length(entrants), public_key);
	sodium_memzero(plain, sizeof plain);
	if (failed != 0)
		return lx_fail(call, LX_BROKEN, NULL, "round_key", NULL);
	*length = lx_box_length(entrants);
	return LX_OK;
}

static bool read_plain(const unsigned char *plain, size_t entrants, struct lx_ballot *ballot)
{
	const unsigned char *bits = plain + 1 + LX_TRACKING;
	struct lx_text tracking = { (const char *)plain + 1, LX_TRACKING };

	*ballot = (struct lx_ballot){ .tracking = "" };
	if (plain[0] != VERSION || !lx_tracking_read(tracking, ballot->tracking) ||
		memcmp(tracking.at, ballot->tracking, LX_TRACKING) != 0)
		return false;
	for (size_t i = 0; i < entrants; i++)
		ballot->approved[i] = (bits[i / 8] >> i % 8 & 1U) != 0;
	return entrants % 8 == 0 || bits[entrants / 8] >> entrants % 8 == 0;
}

bool lx_ballot_open(struct lx_text box, size_t entrants, const unsigned char key[LX_KEY_BYTES],
	const unsigned char secret[LX_KEY_BYTES], struct lx_ballot *ballot)
{
	unsigned char plain[LX_BALLOT_MAX];

	if (entrants > LX_ROUND_ENTRANTS_MAX || box.len != lx_box_length(entrants) ||
		crypto_box_seal_open(plain, (const unsigned char *)box.at, box.len, key, secret) !=
			0)
		return false;
	bool good = read_plain(plain, entrants, ballot);
	sodium_memzero(plain, sizeof plain);
	return good;
}
