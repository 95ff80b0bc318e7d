/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signed orders: what is signed, tested when it is entered and whenever the record is read again. */
#include "kernel/types/proof.h"

#include "kernel/journal/hash.h"
#include "kernel/types/types_queries.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define WHAT           "lianxi order 1" /* nothing else that anybody signs begins so */
#define NONCE          16
#define SIGNATURE_TEXT 89 /* base64 of 64 bytes, and zero byte */

static const char *member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static enum lx_code bad_form(struct lx_call *call, const char *name)
{
	char field[LX_FIELD_MAX];

	(void)snprintf(field, sizeof field, "signed.%s", name);
	return lx_fail(call, LX_INVALID, field, "proof.form", NULL);
}

/* --- what is signed -------------------------------------------------------------------------- */

/* The canonical text that the signature is of; docs/journal.md says each member. */
static enum lx_code write_statement(struct lx_call *call, const char *act, const char *of,
	const json_t *proof, struct lx_buf *out)
{
	LX_CLOSE(lx_json_free)
	json_t *said = json_pack("{s:s, s:s, s:s}", "what", WHAT, "act", act, "of", of);
	static const char *const kept[] = { "input", "key", "log", "nonce", "until" };

	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (json_object_set(said, kept[i], json_object_get(proof, kept[i])) != 0)
			return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(lx_json_canonical(out, said, &call->fault));
	return lx_buf_failed(out) ? lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL) : LX_OK;
}

static enum lx_code hash_input(struct lx_call *call, const unsigned char salt[LX_SALT_BYTES],
	const json_t *input, char text[LX_HASH_TEXT])
{
	LX_CLOSE(lx_buf_close) struct lx_buf bytes = { .limit = 4 << 20 };
	unsigned char hash[LX_HASH_BYTES];

	if (input == NULL)
		lx_buf_str(&bytes, "{}");
	else
		LX_TRY(lx_json_canonical(&bytes, input, &call->fault));
	if (lx_buf_failed(&bytes))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	lx_hash_salted(salt, lx_buf_view(&bytes), hash);
	lx_hash_write(hash, text);
	return LX_OK;
}

/* "mandate/4#key.1": a key that a mandate registered. */
static bool read_key(const char *text, struct lx_ref *ref)
{
	return text != NULL && lx_ref_read(lx_text(text), ref) &&
	       lx_text_is(ref->type, "mandate") && lx_text_is(ref->rows, "key");
}

static bool is_nonce(const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	return n == (size_t)2 * NONCE && strspn(text, "0123456789abcdef") == n;
}

static bool read_signature(const char *text, unsigned char signature[LX_SIGNATURE_BYTES])
{
	size_t n = 0;

	return text != NULL && strlen(text) == SIGNATURE_TEXT - 1 &&
	       sodium_base642bin(signature, LX_SIGNATURE_BYTES, text, SIGNATURE_TEXT - 1, NULL, &n,
		       NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       n == LX_SIGNATURE_BYTES;
}

/* The first member of a proof that is not in its form; NULL when all are. */
static const char *misformed(const json_t *proof)
{
	unsigned char signature[LX_SIGNATURE_BYTES];
	const char *log = member(proof, "log"), *algorithm = member(proof, "algorithm");
	struct lx_ref ref;

	if (algorithm == NULL || lx_signing_of(lx_text(algorithm)) == 0)
		return "algorithm";
	if (!read_key(member(proof, "key"), &ref))
		return "key";
	if (log == NULL || log[0] == '\0' || strlen(log) > 127)
		return "log";
	if (!is_nonce(member(proof, "nonce")))
		return "nonce";
	if (!json_is_integer(json_object_get(proof, "until")))
		return "until";
	return read_signature(member(proof, "signature"), signature) ? NULL : "signature";
}

/* --- signing --------------------------------------------------------------------------------- */

static bool names_record(const char *of, const char *act)
{
	const char *slash = of == NULL ? NULL : strchr(of, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - of);
	int64_t number;

	return n > 0 && strncmp(act, of, n) == 0 && act[n] == '.' &&
	       (strcmp(slash, "/new") == 0 ||
		       (lx_text_int(lx_text(slash + 1), &number) && number > 0));
}

static enum lx_code put_signature(struct lx_call *call, const struct lx_secret_key *key,
	const struct lx_signing_order *said, json_t *proof)
{
	LX_CLOSE(lx_buf_close) struct lx_buf statement = { 0 };
	unsigned char signature[LX_SIGNATURE_BYTES];
	char text[SIGNATURE_TEXT];

	LX_TRY(write_statement(call, said->act, said->of, proof, &statement));
	LX_TRY(lx_signature_make(call, key, lx_buf_view(&statement), signature));
	(void)sodium_bin2base64(
		text, sizeof text, signature, sizeof signature, sodium_base64_VARIANT_ORIGINAL);
	(void)json_object_set_new(proof, "signature", json_string(text));
	return LX_OK;
}

enum lx_code lx_proof_sign(struct lx_call *call, const struct lx_secret_key *key,
	const struct lx_signing_order *said, json_t **order)
{
	unsigned char salt[LX_SALT_BYTES], nonce[NONCE];
	char hash[LX_HASH_TEXT], salt_text[LX_HASH_TEXT], nonce_text[2 * NONCE + 1];

	lx_hash_random(salt, sizeof salt);
	lx_hash_random(nonce, sizeof nonce);
	lx_hash_write(salt, salt_text);
	(void)sodium_bin2hex(nonce_text, sizeof nonce_text, nonce, sizeof nonce);
	if (json_object_get(said->input, "signed") != NULL || !names_record(said->of, said->act))
		return bad_form(call, said->input == NULL ? "of" : "input");
	LX_TRY(hash_input(call, salt, said->input, hash));
	LX_CLOSE(lx_json_free)
	json_t *proof = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "algorithm",
		lx_signing_word(key->public.algorithm), "input", hash, "key", said->key, "log",
		said->log, "nonce", nonce_text, "until", (json_int_t)said->until);
	LX_TRY(put_signature(call, key, said, proof));
	const char *bad = misformed(proof);
	if (bad != NULL)
		return bad_form(call, bad);
	(void)json_object_set_new(proof, "salt", json_string(salt_text));
	(void)json_object_del(proof, "input");
	*order = said->input == NULL ? json_object() : json_copy((json_t *)said->input);
	if (*order == NULL || json_object_set(*order, "signed", proof) != 0)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

/* --- testing --------------------------------------------------------------------------------- */

/* The key as the mandate has it registered now; LX_NOT_FOUND without a fault. */
static enum lx_code find_key(struct lx_tx *tx, const struct lx_region *region,
	const struct lx_ref *ref, struct lx_public_key *key)
{
	const struct lx_shape *shape = lx_shape_find(region, LX_TEXT_OF("mandate"));
	struct lx_record mandate;

	if (shape == NULL)
		return LX_NOT_FOUND;
	LX_TRY(lx_record_load(tx, shape, ref->number, &mandate));
	const struct lx_row_list *keys = lx_record_list(&mandate, "key");
	for (size_t i = 0; i < keys->n; i++) {
		struct lx_text word =
			lx_row_value(&mandate, "key", &keys->rows[i], "algorithm").text;
		struct lx_text public =
			lx_row_value(&mandate, "key", &keys->rows[i], "public").text;
		if (keys->rows[i].number == ref->row && lx_signing_of(word) != 0 &&
			lx_public_read(lx_signing_of(word), public, key))
			return LX_OK;
	}
	return LX_NOT_FOUND;
}

static enum lx_code holds(struct lx_call *call, const struct lx_public_key *key, const char *act,
	const char *of, const json_t *proof, bool *yes)
{
	LX_CLOSE(lx_buf_close) struct lx_buf statement = { 0 };
	unsigned char signature[LX_SIGNATURE_BYTES];

	LX_TRY(write_statement(call, act, of, proof, &statement));
	*yes = read_signature(member(proof, "signature"), signature) &&
	       lx_text_is(lx_text(member(proof, "algorithm")), lx_signing_word(key->algorithm)) &&
	       lx_signature_holds(key, lx_buf_view(&statement), signature);
	return LX_OK;
}

/* The entry's member, of what was sent. */
static enum lx_code make_proof(struct lx_call *call, const struct lx_order *order, json_t **proof)
{
	static const char *const kept[] = { "algorithm", "key", "log", "nonce", "until",
		"signature" };
	const char *salt_text = member(order->said, "salt"), *bad = misformed(order->said);
	unsigned char salt[LX_SALT_BYTES];
	char hash[LX_HASH_TEXT];

	if (bad != NULL)
		return bad_form(call, bad);
	if (salt_text == NULL || !lx_hash_read(lx_text(salt_text), salt))
		return bad_form(call, "salt");
	LX_TRY(hash_input(call, salt, order->input, hash));
	json_t *made = json_pack("{s:s}", "input", hash);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		(void)json_object_set(made, kept[i], json_object_get(order->said, kept[i]));
	if (order->record == 0)
		(void)json_object_set_new(made, "made", json_true());
	*proof = made;
	return LX_OK;
}

static enum lx_code test_once(struct lx_tx *tx, const json_t *proof)
{
	struct lx_value entry;
	enum lx_code code = lx_one(tx, &lx_q_signed,
		(struct lx_value[]){ LX_S(member(proof, "key")), LX_S(member(proof, "nonce")) },
		&entry);

	if (code == LX_OK)
		return lx_fail(lx_tx_call(tx), LX_CONFLICT, "signed.nonce", "proof.again", "%lld",
			(long long)entry.number);
	return code == LX_NOT_FOUND ? LX_OK : code;
}

static enum lx_code test_circumstances(
	struct lx_work *work, const struct lx_region *region, const json_t *proof)
{
	struct lx_call *call = lx_tx_call(work->tx);

	if (region->origin == NULL || strcmp(member(proof, "log"), region->origin) != 0)
		return lx_fail(call, LX_CONFLICT, "signed.log", "proof.log", "%s",
			region->origin == NULL ? "" : region->origin);
	if (json_integer_value(json_object_get(proof, "until")) < work->now)
		return lx_fail(call, LX_CONFLICT, "signed.until", "proof.late", NULL);
	return test_once(work->tx, proof);
}

static enum lx_code test_signature(struct lx_work *work, const struct lx_region *region,
	struct lx_order *order, const json_t *proof)
{
	struct lx_call *call = lx_tx_call(work->tx);
	struct lx_public_key key;
	struct lx_ref ref;
	char act[128], of[128];
	bool yes;

	(void)read_key(member(proof, "key"), &ref);
	enum lx_code code = find_key(work->tx, region, &ref, &key);
	if (code == LX_NOT_FOUND)
		return lx_fail(
			call, LX_FORBIDDEN, "signed.key", "proof.key", "%s", member(proof, "key"));
	LX_TRY(code);
	(void)snprintf(act, sizeof act, "%s.%s", order->type, order->act);
	if (order->record == 0)
		(void)snprintf(of, sizeof of, "%s/new", order->type);
	else
		(void)snprintf(of, sizeof of, "%s/%lld", order->type, (long long)order->record);
	LX_TRY(holds(call, &key, act, of, proof, &yes));
	if (!yes)
		return lx_fail(call, LX_FORBIDDEN, "signed.signature", "proof.signature", NULL);
	order->mandate = ref.number;
	return LX_OK;
}

enum lx_code lx_proof_take(struct lx_work *work, const struct lx_region *region,
	struct lx_order *order, json_t **proof)
{
	LX_CLOSE(lx_json_free) json_t *made = NULL;

	*proof = NULL;
	if (order->said == NULL)
		return LX_OK;
	LX_TRY(make_proof(lx_tx_call(work->tx), order, &made));
	LX_TRY(test_circumstances(work, region, made));
	LX_TRY(test_signature(work, region, order, made));
	*proof = json_incref(made);
	return LX_OK;
}

enum lx_code lx_proof_fits(const struct lx_case *c, const char *act, struct lx_text by)
{
	const char *type = c->record->shape->type->name;
	struct lx_ref key;

	if (c->proof == NULL)
		return c->ordered && lx_text_starts(by, "mandate/") &&
				       lx_charter_signs(c->view.charter, type, act)
			       ? lx_fail(c->call, LX_INVALID, "signed", "proof.needed", "%s.%s",
					 type, act)
			       : LX_OK;
	const char *text = member(c->proof, "key");
	if (!read_key(text, &key) || by.len != strcspn(text, "#") ||
		memcmp(by.at, text, by.len) != 0)
		return lx_fail(c->call, LX_FORBIDDEN, "signed.key", "proof.person", NULL);
	return LX_OK;
}

/* --- replaying ------------------------------------------------------------------------------- */

/* "suzhou.example/log" signs on as "suzhou.example/log/2027": an entry keeps the origin of its time. */
static bool of_this_log(const struct lx_region *region, const char *log)
{
	size_t n = strlen(log);

	return region->origin == NULL || strcmp(region->origin, log) == 0 ||
	       (strncmp(region->origin, log, n) == 0 && region->origin[n] == '/');
}

static enum lx_code replay(struct lx_tx *tx, const struct lx_region *region, const json_t *entry,
	const struct lx_record *record, bool *yes)
{
	const json_t *proof = json_object_get(entry, "proof");
	const char *act = member(entry, "act"), *of = member(entry, "of"),
		   *by = member(entry, "by");
	bool made = json_is_true(json_object_get(proof, "made"));
	struct lx_public_key key;
	struct lx_ref ref;
	char fresh[96];

	*yes = false;
	if (misformed(proof) != NULL || member(proof, "input") == NULL || act == NULL ||
		of == NULL || by == NULL || made == record->made ||
		!of_this_log(region, member(proof, "log")))
		return LX_OK;
	(void)read_key(member(proof, "key"), &ref);
	if (strncmp(member(proof, "key"), by, strlen(by)) != 0 || by[0] == '\0' ||
		member(proof, "key")[strlen(by)] != '#')
		return LX_OK;
	enum lx_code code = find_key(tx, region, &ref, &key);
	if (code != LX_OK)
		return code == LX_NOT_FOUND ? LX_OK : code;
	(void)snprintf(fresh, sizeof fresh, "%s/new", record->shape->type->name);
	return holds(lx_tx_call(tx), &key, act, made ? fresh : of, proof, yes);
}

enum lx_code lx_proof_apply(struct lx_tx *tx, const struct lx_region *region, int64_t n, int64_t at,
	const json_t *entry, const struct lx_record *record, bool verify)
{
	const json_t *proof = json_object_get(entry, "proof");
	struct lx_call *call = lx_tx_call(tx);
	bool yes = true;

	if (proof == NULL)
		return LX_OK;
	if (verify)
		LX_TRY(replay(tx, region, entry, record, &yes));
	if (!yes || json_integer_value(json_object_get(proof, "until")) < at)
		return lx_fail(call, LX_CONFLICT, NULL, "proof.wrong", "%lld", (long long)n);
	enum lx_code code = lx_run(tx, &lx_q_signed_put,
		(struct lx_value[]){
			LX_S(member(proof, "key")), LX_S(member(proof, "nonce")), LX_I(n) });
	if (code != LX_CONFLICT)
		return code;
	lx_fault_clear(&call->fault);
	return lx_fail(call, LX_CONFLICT, NULL, "proof.wrong", "%lld", (long long)n);
}
