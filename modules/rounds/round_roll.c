/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The roll: who may vote, frozen. An entry tells a number and whether it has voted; of which member it is stays with secretariat
 * and auditors, which person it is with the vault alone. Numbers stand in the order of pseudonyms, which tells nothing.
 */
#include "kernel/journal/hash.h"
#include "kernel/record/whole_file.h"
#include "modules/rounds/round_queries.h"
#include "modules/rounds/round_words.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

lx_rule_fn round_has_electors, round_enlist, round_enrol, round_enrolled, round_only_sound;

#define ENROL_ROWS     1200  /* of an entry: number and vote in the open, the member beside */
#define ENROL_BYTES    50000 /* of one, as far as districts make it longer */
#define SAMPLE_NUMBERS 20    /* of one member that another looks at */
#define MEMBERS_MAX    1000
#define STANDINGS_MOST 1000
#define RELATION_BYTES 32

/* The members of the roll's numbers 1, 2, 3 … */
struct electors {
	int64_t *member;
	size_t n, cap;
};

static enum lx_code add_elector(void *with, const struct lx_value *values)
{
	struct electors *e = with;

	if (e->n < e->cap)
		e->member[e->n] = values[0].number;
	e->n++;
	return LX_OK;
}

static enum lx_code find_electors(struct lx_case *c, struct electors *e)
{
	struct lx_value last[4];
	int64_t round = c->record->number;

	*e = (struct electors){ .cap = 0 };
	enum lx_code code = lx_one(
		c->work->tx, &lx_q_elector_last, (struct lx_value[]){ LX_I(round) }, last);
	if (code == LX_NOT_FOUND)
		return lx_case_refuse(c, NULL, "round_nobody");
	LX_TRY(code);
	e->cap = (size_t)last[0].number;
	e->member = lx_array(c->call, e->cap, sizeof *e->member);
	if (e->member == NULL)
		return LX_BROKEN;
	LX_TRY(lx_each(c->work->tx, &lx_q_electors_laid, &LX_I(round), add_elector, e));
	return e->n == e->cap ? LX_OK : lx_case_refuse(c, NULL, "round_nobody");
}

/* SHA-256 over the lines "number member/3" in order of numbers. */
static void hash_roll(const struct electors *e, char text[LX_HASH_TEXT])
{
	unsigned char hash[LX_HASH_BYTES];
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	for (size_t i = 0; i < e->n; i++) {
		char line[64];
		int n = snprintf(
			line, sizeof line, "%zu member/%lld\n", i + 1, (long long)e->member[i]);
		lx_hash_add(&hashing, line, (size_t)n);
	}
	lx_hash_end(&hashing, hash);
	lx_hash_write(hash, text);
}

/* The population of the newest year that the member gives. */
static enum lx_code population_of(struct lx_case *c, int64_t number, int64_t *population)
{
	const struct lx_shape *shape = lx_shape_find(c->view.region, LX_TEXT_OF("member"));
	struct lx_record member;
	int64_t year = -1;

	*population = 0;
	LX_TRY(lx_record_load(c->work->tx, shape, number, &member));
	int list = lx_rows_find(shape->type, LX_TEXT_OF("figure"));
	for (size_t i = 0; i < member.lists[list].n; i++) {
		const struct lx_value *cells = member.lists[list].rows[i].values;
		if (cells[0].number > year) {
			year = cells[0].number;
			*population = cells[1].number;
		}
	}
	return LX_OK;
}

static enum lx_code add_row(
	struct lx_case *c, json_t *effects, const char *list, size_t row, json_t *cells)
{
	json_t *effect = cells == NULL
				 ? NULL
				 : json_pack("[s, s, I, o]", "row", list, (json_int_t)row, cells);

	if (effect == NULL || json_array_append_new(effects, effect) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

/* How many of each member are verified, beside how many live there. */
static enum lx_code tell_electorate(
	struct lx_case *c, const int64_t *members, const int64_t *counts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t population;
		LX_TRY(population_of(c, members[i], &population));
		LX_TRY(add_row(c, c->open, "electorate", i + 1,
			json_pack("{s:o, s:I, s:I}", "member",
				json_sprintf("member/%lld", (long long)members[i]), "verified",
				(json_int_t)counts[i], "population", (json_int_t)population)));
	}
	return LX_OK;
}

/* A number's place in the draw: its hash with the roll's. Whoever knows the roll can draw again. */
struct ticket {
	unsigned char hash[LX_HASH_BYTES];
	size_t number;
};

static int by_hash(const void *left, const void *right)
{
	return memcmp(((const struct ticket *)left)->hash, ((const struct ticket *)right)->hash,
		LX_HASH_BYTES);
}

static enum lx_code draw(struct lx_case *c, const struct electors *e, int64_t member,
	const char *roll_hash, char numbers[400], size_t *drawn)
{
	struct ticket *tickets = lx_array(c->call, e->n, sizeof *tickets);
	size_t n = 0, at = 0;

	if (tickets == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < e->n; i++) {
		struct lx_hashing hashing;
		char line[64];
		if (e->member[i] != member)
			continue;
		int length = snprintf(line, sizeof line, "\n%zu", i + 1);
		lx_hash_begin(&hashing);
		lx_hash_add(&hashing, roll_hash, strlen(roll_hash));
		lx_hash_add(&hashing, line, (size_t)length);
		lx_hash_end(&hashing, tickets[n].hash);
		tickets[n++].number = i + 1;
	}
	qsort(tickets, n, sizeof tickets[0], by_hash);
	*drawn = n < SAMPLE_NUMBERS ? n : SAMPLE_NUMBERS;
	for (size_t i = 0; i < *drawn; i++)
		at += (size_t)snprintf(
			numbers + at, 400 - at, "%s%zu", i == 0 ? "" : ",", tickets[i].number);
	return LX_OK;
}

/* Of each member's part a sample, looked at by the next member. */
static enum lx_code draw_samples(struct lx_case *c, const struct electors *e,
	const int64_t *members, size_t n, const char *roll_hash)
{
	for (size_t i = 0; i < n && n > 1; i++) {
		char numbers[400];
		size_t drawn;
		LX_TRY(draw(c, e, members[i], roll_hash, numbers, &drawn));
		LX_TRY(add_row(c, c->open, "sample", i + 1,
			json_pack("{s:o, s:o, s:I}", "member",
				json_sprintf("member/%lld", (long long)members[i]), "verifier",
				json_sprintf("member/%lld", (long long)members[(i + 1) % n]),
				"drawn", (json_int_t)drawn)));
		LX_TRY(add_row(
			c, c->inner, "sample", i + 1, json_pack("{s:s}", "numbers", numbers)));
	}
	return LX_OK;
}

static int by_number(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* The members on the roll, in order, and how many of each. */
static enum lx_code count_members(struct lx_case *c, const struct electors *e,
	int64_t members[MEMBERS_MAX], int64_t counts[MEMBERS_MAX], size_t *n)
{
	int64_t *all = lx_array(c->call, e->n, sizeof *all);

	if (all == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < e->n; i++)
		all[i] = e->member[i];
	qsort(all, e->n, sizeof all[0], by_number);
	*n = 0;
	for (size_t i = 0; i < e->n; i++) {
		if (*n == 0 || members[*n - 1] != all[i]) {
			if (*n == MEMBERS_MAX)
				return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
			members[(*n)++] = all[i];
			counts[*n - 1] = 0;
		}
		counts[*n - 1]++;
	}
	return LX_OK;
}

enum lx_code lx_round_secret_name(
	struct lx_call *call, int64_t round, struct lx_text key, char name[LX_SECRET_NAME])
{
	unsigned char bytes[LX_HASH_BYTES];

	if (!lx_hash_read(key, bytes))
		return lx_fail(call, LX_BROKEN, NULL, "round_key", NULL);
	(void)snprintf(name, LX_SECRET_NAME, "round-%lld-%02x%02x%02x%02x%02x%02x.key",
		(long long)round, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
	return LX_OK;
}

/* The urn's keys: the secret is on disk, outside the database, before an entry names the public one. */
static enum lx_code make_keys(struct lx_case *c)
{
	unsigned char public_key[LX_KEY_BYTES], secret[LX_KEY_BYTES];
	char text[LX_HASH_TEXT], key[LX_HASH_TEXT], name[LX_SECRET_NAME];

	if (sodium_init() < 0 || crypto_box_keypair(public_key, secret) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "round_key", NULL);
	lx_hash_write(public_key, key);
	lx_hash_write(secret, text);
	enum lx_code code = lx_round_secret_name(c->call, c->record->number, lx_text(key), name);
	if (code == LX_OK)
		code = lx_whole_write(c->call, c->view.region->secrets, name, lx_text(text),
			(struct lx_whole_how){ .secret = true, .fresh = true });
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(text, sizeof text);
	LX_TRY(code);
	LX_TRY(lx_case_set(c, "key", json_string(key)));
	return lx_case_set(c, "secret", json_string("kept"));
}

/* Freezing has somebody to enter: a register, or residents. */
enum lx_code round_has_electors(struct lx_case *c)
{
	struct lx_value any;

	LX_TRY(lx_run(c->work->tx, &lx_q_electors_done, &LX_I(c->record->number)));
	if (lx_record_value(c->record, "electors").kind != LX_V_NULL)
		return LX_OK;
	LX_TRY(lx_one(c->work->tx, &lx_q_residents, NULL, &any));
	return any.number > 0 ? LX_OK : lx_case_refuse(c, NULL, "round_nobody");
}

/* The roll as it was laid ready (round_electors.c): committed to, counted by member, sampled. Of a register nobody can look at a
 * sample: nothing in it says who is meant. */
enum lx_code round_enlist(struct lx_case *c)
{
	int64_t members[MEMBERS_MAX], counts[MEMBERS_MAX];
	char hash[LX_HASH_TEXT];
	struct electors e;
	size_t n;

	if (lx_record_value(c->record, "roll_size").kind != LX_V_NULL)
		return lx_case_refuse(c, NULL, "round_enlisted");
	LX_TRY(find_electors(c, &e));
	LX_TRY(count_members(c, &e, members, counts, &n));
	hash_roll(&e, hash);
	LX_TRY(lx_case_set(c, "roll_size", json_integer((json_int_t)e.n)));
	LX_TRY(lx_case_set(c, "roll_hash", json_string(hash)));
	LX_TRY(tell_electorate(c, members, counts, n));
	if (lx_record_value(c->record, "electors").kind == LX_V_NULL)
		LX_TRY(draw_samples(c, &e, members, n, hash));
	return make_keys(c);
}

/* Rows of one entry: number and vote in the open, the same with member and district inside. */
struct enrolling {
	struct lx_case *c;
	json_t *open, *inner;
	int64_t last;
	size_t bytes;
};

/* Who is which number stands in the vault, unless the person was erased meanwhile. */
static enum lx_code remember(struct lx_case *c, int64_t person, int64_t number)
{
	char relation[RELATION_BYTES], pseudonym[LX_PSEUDONYM_TEXT];

	if (person == 0)
		return LX_OK;
	enum lx_code code = lx_vault_pseudonym(
		c->work->tx, person, "round", c->record->number, pseudonym);
	if (code == LX_CONFLICT) {
		lx_fault_clear(&c->call->fault);
		return LX_OK;
	}
	LX_TRY(code);
	(void)snprintf(relation, sizeof relation, "roll/%lld", (long long)number);
	return lx_vault_stand(c->work->tx, person, "round", c->record->number, relation);
}

static enum lx_code enrol_one(void *with, const struct lx_value *values)
{
	struct enrolling *e = with;
	struct lx_text district = values[3].text;

	e->bytes += 32 + district.len;
	if (e->bytes > ENROL_BYTES)
		return LX_OK; /* the next entry's */
	e->last = values[0].number;
	(void)json_array_append_new(
		e->open, json_pack("[I, s]", (json_int_t)values[0].number, "no"));
	(void)json_array_append_new(e->inner,
		json_pack("[I, s, o, o]", (json_int_t)values[0].number, "no",
			json_sprintf("member/%lld", (long long)values[2].number),
			values[3].kind == LX_V_NULL ? json_null()
						    : json_stringn(district.at, district.len)));
	return remember(e->c, values[1].number, values[0].number);
}

enum lx_code round_enrol(struct lx_case *c)
{
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("roll"));
	int64_t given = c->record->given[list], round = c->record->number;
	LX_CLOSE(lx_json_free) json_t *open = json_array();
	LX_CLOSE(lx_json_free) json_t *inner = json_array();
	struct enrolling e = { .c = c, .open = open, .inner = inner };
	struct lx_value page[] = { LX_I(round), LX_I(given), LX_I(ENROL_ROWS) };

	LX_TRY(lx_each(c->work->tx, &lx_q_elector_page, page, enrol_one, &e));
	if (e.last == 0)
		return lx_case_refuse(c, NULL, "round_enlisted");
	json_t *effect = json_pack("[s, s, [s, s], I, O]", "rows", "roll", "number", "voted",
		(json_int_t)given + 1, open);
	json_t *beside = json_pack("[s, s, [s, s, s, s], I, O]", "rows", "roll", "number", "voted",
		"member", "district", (json_int_t)given + 1, inner);
	if (effect == NULL || beside == NULL || json_array_append_new(c->open, effect) != 0 ||
		json_array_append_new(c->inner, beside) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	if (e.last == lx_record_value(c->record, "roll_size").number)
		LX_TRY(lx_run(c->work->tx, &lx_q_electors_done, &LX_I(round)));
	return LX_OK;
}

/* The round waits for its opening once every number has been entered. */
enum lx_code round_enrolled(struct lx_case *c)
{
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("roll"));
	struct lx_value size = lx_record_value(c->record, "roll_size");

	return size.kind != LX_V_NULL && c->record->given[list] == size.number
		       ? LX_OK
		       : lx_case_refuse(c, NULL, "round_not_enrolled");
}

/* The verifier says how many of the drawn were rightly on the roll, and changes nothing else. */
enum lx_code round_only_sound(struct lx_case *c)
{
	const json_t *sent = json_object_get(c->input, "sample");
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("sample"));
	int drawn = lx_field_find(c->record->shape->type->rows[list].fields, LX_TEXT_OF("drawn"));

	for (size_t i = 0; i < json_array_size(sent); i++) {
		const json_t *each = json_array_get(sent, i);
		int64_t row = json_integer_value(json_object_get(each, "row"));
		json_t *sound = json_object_get(each, "sound");
		if (json_object_size(each) != 2 || !json_is_integer(sound))
			return lx_case_refuse(c, "sample", "round_only_sound");
		for (size_t k = 0; k < c->record->lists[list].n; k++)
			if (c->record->lists[list].rows[k].number == row &&
				json_integer_value(sound) >
					c->record->lists[list].rows[k].values[drawn].number)
				return lx_case_refuse(c, "sample", "round_sound_many");
	}
	return LX_OK;
}

enum lx_code lx_round_number(struct lx_tx *tx, int64_t person, int64_t round, int64_t *number)
{
	struct lx_standing *standings;
	size_t n;

	*number = 0;
	LX_TRY(lx_vault_standings(tx, person, "round", NULL, STANDINGS_MOST, &standings, &n));
	for (size_t i = 0; i < n && *number == 0; i++) {
		struct lx_text relation = lx_text(standings[i].relation);
		if (standings[i].record == round && lx_text_starts(relation, "roll/"))
			(void)lx_text_int(
				(struct lx_text){ relation.at + 5, relation.len - 5 }, number);
	}
	return *number > 0 ? LX_OK : lx_register_match(tx, person, round, number);
}

enum lx_code lx_round_voted(
	struct lx_tx *tx, const struct lx_record *round, int64_t number, bool *voted)
{
	struct lx_value said;

	LX_TRY(lx_one(tx, &lx_q_roll_one, (struct lx_value[]){ LX_I(round->number), LX_I(number) },
		&said));
	*voted = lx_text_is(said.text, "yes");
	return LX_OK;
}
