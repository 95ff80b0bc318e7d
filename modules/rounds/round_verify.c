/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The urns against what entries commit to. A box that was dropped, added or exchanged is found here. */
#include "base/json.h"
#include "kernel/journal/hash.h"
#include "modules/rounds/round_queries.h"
#include "modules/rounds/round_words.h"

#include <stdio.h>
#include <string.h>

#define LOTS_MOST ((size_t)1 << 20)

static enum lx_code found(struct lx_tx *tx, const struct lx_record *round, const char *msgid)
{
	return lx_fail(
		lx_tx_call(tx), LX_CONFLICT, NULL, msgid, "round/%lld", (long long)round->number);
}

/* The boxes of one lot on their way through one hash; `own`: whether every box still has the hash that is its key. */
struct lot_check {
	struct lx_hashing all;
	int64_t n;
	bool own;
};

static enum lx_code check_box(void *with, const struct lx_value *values)
{
	unsigned char hash[LX_HASH_BYTES];
	struct lot_check *check = with;
	struct lx_hashing one;

	lx_hash_begin(&one);
	lx_hash_add(&one, values[1].text.at, values[1].text.len);
	lx_hash_end(&one, hash);
	check->own = check->own && values[0].text.len == LX_HASH_BYTES &&
		     memcmp(values[0].text.at, hash, LX_HASH_BYTES) == 0;
	lx_hash_add(&check->all, values[0].text.at, values[0].text.len);
	check->n++;
	return LX_OK;
}

static enum lx_code check_lot(struct lx_tx *tx, const struct lx_record *round, int64_t lot,
	struct lot_check *check, char text[LX_HASH_TEXT])
{
	unsigned char hash[LX_HASH_BYTES];

	*check = (struct lot_check){ .own = true };
	lx_hash_begin(&check->all);
	LX_TRY(lx_each(tx, &lx_q_boxes_of_lot,
		(struct lx_value[]){ LX_I(round->number), LX_I(lot) }, check_box, check));
	lx_hash_end(&check->all, hash);
	lx_hash_write(hash, text);
	return LX_OK;
}

static enum lx_code check_lots(struct lx_tx *tx, const struct lx_record *round, int64_t *boxes)
{
	char text[LX_HASH_TEXT];
	struct lot_check check;
	struct lx_value *lots;
	size_t n;

	LX_TRY(lx_all(tx, &lx_q_lots, &LX_I(round->number), LOTS_MOST, &lots, &n));
	*boxes = 0;
	for (size_t i = 0; i < n; i++) {
		LX_TRY(check_lot(tx, round, lots[3 * i].number, &check, text));
		if (!check.own || check.n != lots[3 * i + 1].number ||
			!lx_text_is(lots[3 * i + 2].text, text))
			return found(tx, round, "round_lot_differs");
		*boxes += check.n;
	}
	LX_TRY(check_lot(tx, round, 0, &check, text)); /* those that no entry commits to yet */
	if (!check.own)
		return found(tx, round, "round_lot_differs");
	*boxes += check.n;
	return LX_OK;
}

static enum lx_code check_round(struct lx_tx *tx, const struct lx_record *round)
{
	int64_t boxes, casts = lx_record_value(round, "voters").number;
	struct lx_value all;
	struct lx_text urn;

	LX_TRY(check_lots(tx, round, &boxes));
	LX_TRY(lx_one(tx, &lx_q_boxes_n, &LX_I(round->number), &all));
	/* a round without a key was held elsewhere: its ballots came as a file, and there must be no boxes */
	bool held_here = lx_record_value(round, "key").kind != LX_V_NULL;
	int64_t cast_here = held_here ? casts : 0;
	if (boxes != cast_here || all.number != cast_here)
		return found(tx, round, "round_boxes_differ");
	enum lx_code code = lx_round_urn(tx, round, &urn);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	if (lx_urn_count(urn) + lx_record_value(round, "spoiled").number != casts)
		return found(tx, round, "round_urn_differs");
	return LX_OK;
}

/* --- from outside -------------------------------------------------------------------------------- */

/* How a served region is asked; `ask` NULL: there is only the record. */
struct outside {
	lx_ask_fn *ask;
	void *with;
};

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Adds the hash of a box, given as hexadecimal digits, to the lot's; false: these are none. */
static bool add_shown(struct lx_hashing *all, const char *hex)
{
	unsigned char box[LX_BOX_MAX], hash[LX_HASH_BYTES];
	struct lx_hashing one;
	size_t n = 0;

	for (; hex != NULL && hex[2 * n] != '\0' && n < sizeof box; n++) {
		int high = digit(hex[2 * n]), low = high < 0 ? -1 : digit(hex[2 * n + 1]);
		if (low < 0)
			return false;
		box[n] = (unsigned char)(high << 4 | low);
	}
	lx_hash_begin(&one);
	lx_hash_add(&one, box, n);
	lx_hash_end(&one, hash);
	lx_hash_add(all, hash, sizeof hash);
	return n > 0;
}

/* Whether the boxes that are shown of a lot are those that an entry committed to. */
static enum lx_code check_shown(struct lx_tx *tx, const struct lx_record *round,
	const struct outside *o, const struct lx_value *lot)
{
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	unsigned char hash[LX_HASH_BYTES];
	char path[96], text[LX_HASH_TEXT];
	struct lx_hashing all;
	struct lx_text body;
	long status;

	(void)snprintf(path, sizeof path, "/api/v1/rounds/%lld/boxes?lot=%lld",
		(long long)round->number, (long long)lot[0].number);
	LX_TRY(o->ask(o->with, path, &status, &body));
	if (status != 200)
		return found(tx, round, "round_boxes_hidden");
	LX_TRY(lx_json_read(&lx_tx_call(tx)->fault, body, &json));
	const json_t *boxes = json_object_get(json, "boxes");
	bool good = (int64_t)json_array_size(boxes) == lot[1].number;
	lx_hash_begin(&all);
	for (size_t i = 0; i < json_array_size(boxes); i++)
		good = add_shown(&all, json_string_value(json_array_get(boxes, i))) && good;
	lx_hash_end(&all, hash);
	lx_hash_write(hash, text);
	return good && lx_text_is(lot[2].text, text) ? LX_OK
						     : found(tx, round, "round_lot_differs");
}

static enum lx_code check_lots_outside(struct lx_tx *tx, const struct lx_record *round,
	const struct outside *o, int64_t *sealed, bool *small)
{
	bool shown = lx_text_is(lx_record_value(round, "secret").text, "destroyed");
	struct lx_value *lots;
	size_t n;

	LX_TRY(lx_all(tx, &lx_q_lots, &LX_I(round->number), LOTS_MOST, &lots, &n));
	*sealed = 0;
	*small = false;
	for (size_t i = 0; i < n; i++) {
		*sealed += lots[3 * i + 1].number;
		*small = *small || lots[3 * i + 1].number < LX_ROUND_LOT;
		if (shown && o->ask != NULL)
			LX_TRY(check_shown(tx, round, o, &lots[3 * i]));
	}
	return LX_OK;
}

static enum lx_code check_outside(
	struct lx_tx *tx, const struct lx_record *round, const struct outside *o)
{
	int64_t sealed, casts = lx_record_value(round, "voters").number;
	struct lx_text urn;
	bool small;

	if (lx_record_value(round, "key").kind == LX_V_NULL)
		return LX_OK; /* not frozen yet, or held elsewhere */
	bool over = lx_word_in(round->state, "closed counted confirmed");
	LX_TRY(check_lots_outside(tx, round, o, &sealed, &small));
	if (sealed > casts || casts - sealed >= (int64_t)2 * LX_ROUND_LOT ||
		(over && sealed != casts) || (small && casts >= LX_ROUND_LOT))
		return found(tx, round, "round_boxes_differ");
	enum lx_code code = lx_round_urn(tx, round, &urn);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	return lx_urn_count(urn) + lx_record_value(round, "spoiled").number == casts
		       ? LX_OK
		       : found(tx, round, "round_urn_differs");
}

/* --- all rounds ---------------------------------------------------------------------------------- */

static enum lx_code each_round(
	struct lx_tx *tx, const struct lx_region *region, const struct outside *o)
{
	const struct lx_shape *shape = lx_shape_find(region, LX_TEXT_OF("round"));
	int64_t last;

	LX_TRY(lx_record_last(tx, shape, &last));
	for (int64_t n = 1; n <= last; n++) {
		struct lx_call *call = lx_tx_call(tx);
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		struct lx_record round;
		LX_TRY(lx_record_load(tx, shape, n, &round));
		LX_TRY(o == NULL ? check_round(tx, &round) : check_outside(tx, &round, o));
		lx_arena_back(call->arena, mark);
	}
	return LX_OK;
}

enum lx_code lx_rounds_verify(struct lx_tx *tx, const struct lx_region *region)
{
	return each_round(tx, region, NULL);
}

enum lx_code lx_rounds_verify_outside(
	struct lx_tx *tx, const struct lx_region *region, lx_ask_fn *ask, void *with)
{
	const struct outside o = { ask, with };

	return each_round(tx, region, &o);
}
