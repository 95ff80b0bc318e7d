/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Casting, lots, publishing: what acts do with the urn. The act of casting sees a box and nothing of what is in it; the entry
 * tells a roll number and nothing of the box. An entry commits to the sorted hashes of fifty boxes as soon as twice as many
 * lie loose, so that no lot is smaller; the rest goes into one with the closing.
 */
#include "kernel/journal/hash.h"
#include "kernel/types/effects.h"
#include "modules/rounds/round_queries.h"
#include "modules/rounds/round_words.h"

#include <string.h>

lx_rule_fn round_may_cast, round_to_urn, round_seal_lot, round_seal_rest, round_urn_whole,
	round_publish, round_destroyed, round_counted, round_outcomes, round_forget_register;

enum lx_code lx_round_entrants(struct lx_call *call, const struct lx_record *round,
	struct lx_entrant **entrants, size_t *n)
{
	const struct lx_type *type = round->shape->type;
	int list = lx_rows_find(type, LX_TEXT_OF("entrant"));
	const struct lx_row_list *rows = &round->lists[list];
	const struct lx_field *f = type->rows[list].fields;
	int code = lx_field_find(f, LX_TEXT_OF("code")),
	    title = lx_field_find(f, LX_TEXT_OF("title"));
	int price = lx_field_find(f, LX_TEXT_OF("price")),
	    project = lx_field_find(f, LX_TEXT_OF("project"));
	int member = lx_field_find(f, LX_TEXT_OF("member")),
	    outcome = lx_field_find(f, LX_TEXT_OF("outcome")),
	    struck = lx_field_find(f, LX_TEXT_OF("struck"));

	*n = rows->n;
	*entrants = lx_array(call, rows->n, sizeof **entrants);
	if (*entrants == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < rows->n; i++) {
		const struct lx_value *v = rows->rows[i].values;
		(*entrants)[i] = (struct lx_entrant){ .row = rows->rows[i].number,
			.price = v[price].number,
			.title = v[title].number,
			.code = v[code].text,
			.project = v[project].text,
			.member = v[member].text,
			.outcome = v[outcome].text,
			.struck = lx_text_is(v[struck].text, "yes") };
	}
	return LX_OK;
}

/* --- casting ------------------------------------------------------------------------------------ */

/* On the roll, not yet voted, with a box of the right length. Who has voted is told so before anything else. */
enum lx_code round_may_cast(struct lx_case *c)
{
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("entrant"));
	int64_t number;
	bool voted;

	LX_TRY(lx_round_number(c->work->tx, c->view.actor->person, c->record->number, &number));
	if (number == 0)
		return lx_fail(c->call, LX_FORBIDDEN, NULL, "round_not_on_roll", NULL);
	LX_TRY(lx_round_voted(c->work->tx, c->record, number, &voted));
	if (voted)
		return lx_case_refuse(c, NULL, "round_voted");
	if (c->aside.len != lx_box_length(c->record->lists[list].n))
		return lx_case_refuse(c, "ballot", "round_no_ballot");
	return LX_OK;
}

int64_t lx_round_boxes_sealed(const struct lx_record *round)
{
	/* while a round is open all its lots are whole */
	return LX_ROUND_LOT * round->given[lx_rows_find(round->shape->type, LX_TEXT_OF("lot"))];
}

enum lx_code round_to_urn(struct lx_case *c)
{
	struct lx_hashing hashing;
	unsigned char hash[LX_HASH_BYTES];
	int64_t number, cast = lx_record_value(c->record, "voters").number + 1;

	LX_TRY(lx_round_number(c->work->tx, c->view.actor->person, c->record->number, &number));
	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, c->aside.at, c->aside.len);
	lx_hash_end(&hashing, hash);
	enum lx_code code = lx_run(c->work->tx, &lx_q_box_put,
		(struct lx_value[]){ LX_I(c->record->number),
			LX_B(((struct lx_text){ (char *)hash, sizeof hash })), LX_B(c->aside) });
	if (code ==
		LX_CONFLICT) { /* a box is sealed anew for every cast: the same again is a copy */
		lx_fault_clear(&c->call->fault);
		return lx_case_refuse(c, "ballot", "round_no_ballot");
	}
	LX_TRY(code);
	LX_TRY(lx_effect_add(c, c->open,
		json_pack("[s, s, I, {s:s}]", "row", "roll", (json_int_t)number, "voted", "yes")));
	if (cast - lx_round_boxes_sealed(c->record) < (int64_t)2 * LX_ROUND_LOT)
		return LX_OK;
	return lx_case_follow(c, "round", c->record->number, "seal", NULL);
}

/* --- lots --------------------------------------------------------------------------------------- */

/* Commits to the first `most` loose boxes in the order of their hashes, as a new lot. */
static enum lx_code seal(struct lx_case *c, size_t most)
{
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("lot"));
	int64_t round = c->record->number, lot = c->record->given[list] + 1;
	struct lx_value *hashes, loose[] = { LX_I(round), LX_I((int64_t)most) };
	unsigned char hash[LX_HASH_BYTES];
	struct lx_hashing hashing;
	char text[LX_HASH_TEXT];
	size_t n;

	LX_TRY(lx_all(c->work->tx, &lx_q_boxes_loose, loose, most, &hashes, &n));
	if (n == 0)
		return LX_OK;
	lx_hash_begin(&hashing);
	for (size_t i = 0; i < n; i++) {
		lx_hash_add(&hashing, hashes[i].text.at, hashes[i].text.len);
		LX_TRY(lx_run(c->work->tx, &lx_q_box_lot,
			(struct lx_value[]){ LX_I(round), hashes[i], LX_I(lot) }));
	}
	lx_hash_end(&hashing, hash);
	lx_hash_write(hash, text);
	return lx_effect_add(c, c->open,
		json_pack("[s, s, I, {s:I, s:s}]", "row", "lot", (json_int_t)lot, "ballots",
			(json_int_t)n, "hash", text));
}

enum lx_code round_seal_lot(struct lx_case *c)
{
	return seal(c, LX_ROUND_LOT);
}

enum lx_code round_seal_rest(struct lx_case *c)
{
	LX_TRY(round_forget_register(c));
	return seal(c, (size_t)2 * LX_ROUND_LOT);
}

/* --- publishing --------------------------------------------------------------------------------- */

int64_t lx_urn_count(struct lx_text urn)
{
	static const char mark[] = "\nVOTES\n";
	const char *votes = memmem(urn.at, urn.len, mark, sizeof mark - 1);
	int64_t lines = 0;

	if (votes == NULL)
		return -1;
	const char *at = votes + sizeof mark - 1, *end = urn.at + urn.len;
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	return lines - 1; /* the head of the table */
}

/* As many ballots as casts, published once. */
enum lx_code round_urn_whole(struct lx_case *c)
{
	int64_t spoiled = json_integer_value(json_object_get(c->input, "spoiled"));

	if (lx_record_value(c->record, "urn").kind != LX_V_NULL)
		return lx_case_refuse(c, NULL, "round_urn_there");
	if (lx_urn_count(c->aside) + spoiled != lx_record_value(c->record, "voters").number)
		return lx_case_refuse(c, NULL, "round_urn_count");
	return LX_OK;
}

enum lx_code round_publish(struct lx_case *c)
{
	return lx_case_lay(c, "urn", c->aside, LX_URN_MEDIA);
}

enum lx_code round_destroyed(struct lx_case *c)
{
	return lx_case_set(c, "secret", json_string("destroyed"));
}

/* --- the result --------------------------------------------------------------------------------- */

static const struct lx_entrant *entrant_of(
	const struct lx_entrant *entrants, size_t n, const json_t *code)
{
	for (size_t i = 0; json_is_string(code) && i < n; i++)
		if (lx_text_is(entrants[i].code, json_string_value(code)))
			return &entrants[i];
	return NULL;
}

static bool every_certificate_holds(const json_t *result)
{
	const json_t *all = json_object_get(result, "certificates");
	const char *name;
	json_t *each;

	json_object_foreach((json_t *)all, name, each)
	{
		if (json_is_true(json_object_get(each, "guaranteed")) &&
			!json_is_true(json_object_get(each, "holds")))
			return false;
	}
	return json_object_size(all) > 0;
}

/* Winners are entrants, named once, together within the budget, and all that the method promises was found to hold. */
enum lx_code lx_round_check_result(struct lx_case *c, const char *field, const json_t *value)
{
	const json_t *winners = json_object_get(value, "winners");
	struct lx_entrant *entrants;
	int64_t total = 0, budget = lx_record_value(c->record, "budget").number;
	size_t n;

	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	bool fits = json_is_array(winners) && every_certificate_holds(value);
	for (size_t i = 0; fits && i < json_array_size(winners); i++) {
		const json_t *code = json_array_get(winners, i);
		const struct lx_entrant *entrant = entrant_of(entrants, n, code);
		for (size_t k = 0; k < i; k++)
			fits = fits && !json_equal(json_array_get(winners, k), code);
		fits = fits && entrant != NULL && !entrant->struck &&
		       !__builtin_add_overflow(total, entrant->price, &total) && total <= budget;
	}
	return fits ? LX_OK : lx_fail(c->call, LX_INVALID, field, "round_result_unfit", NULL);
}

static enum lx_code read_result(struct lx_case *c, json_t **result)
{
	*result = json_loadb(c->aside.at, c->aside.len, JSON_REJECT_DUPLICATES, NULL);
	return *result == NULL ? lx_fail(c->call, LX_INVALID, "result", "round_result_unfit", NULL)
			       : LX_OK;
}

enum lx_code round_counted(struct lx_case *c)
{
	LX_CLOSE(lx_json_free) json_t *result = NULL;

	if (lx_record_value(c->record, "urn").kind == LX_V_NULL)
		return lx_case_refuse(c, NULL, "round_urn_first");
	LX_TRY(read_result(c, &result));
	return lx_round_check_result(c, "result", result);
}

static bool names(const json_t *winners, struct lx_text code)
{
	for (size_t i = 0; i < json_array_size(winners); i++)
		if (lx_text_is(code, json_string_value(json_array_get(winners, i))))
			return true;
	return false;
}

/* Lays the result down and marks who won and who lost. */
enum lx_code round_outcomes(struct lx_case *c)
{
	LX_CLOSE(lx_json_free) json_t *result = NULL;
	struct lx_entrant *entrants;
	size_t n;

	LX_TRY(read_result(c, &result));
	LX_TRY(lx_case_lay(c, "result", c->aside, "application/json"));
	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; i < n; i++)
		LX_TRY(lx_effect_add(c, c->open,
			json_pack("[s, s, I, {s:s}]", "row", "entrant", (json_int_t)entrants[i].row,
				"outcome",
				names(json_object_get(result, "winners"), entrants[i].code)
					? "won"
					: "lost")));
	return LX_OK;
}
