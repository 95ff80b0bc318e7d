/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Ten thousand random acts of two members: every act of every type, on one's own records and on the other's, with input that is
 * mostly valid. Whatever is entered, no entry of the one changes a record of the other. Collective decisions are prepared
 * (a consent is opened) but never granted here.
 */
#include "modules/testworld.h"

#include "kernel/types/input.h"
#include "modules/modules.h"

#include <stdlib.h>

#define STEPS        10000
#define NEEDS        4000
#define ONE          3 /* the persons who walk: B's and C's */
#define OTHER        4
#define UNOWNED      0
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct walk {
	struct world *w;
	uint64_t seed;
	int64_t asker[NEEDS]; /* of a need: the person who made it, where that is one of the two */
	size_t allowed, forbidden, opened, refused;
};

/* xorshift64: the same walk on every machine. */
static uint64_t random_below(struct walk *walk, uint64_t n)
{
	walk->seed ^= walk->seed << 13;
	walk->seed ^= walk->seed >> 7;
	walk->seed ^= walk->seed << 17;
	return (walk->seed >> 11) % n;
}

static const char *pick(struct walk *walk, const char *const *words, size_t n)
{
	return words[random_below(walk, n)];
}

static json_t *random_link(struct walk *walk, const char *of)
{
	struct lx_text rest = lx_text(of), word, chosen = { "", 0 };
	uint64_t n = 1;

	while (lx_text_word(&rest, &word))
		if (random_below(walk, n++) == 0)
			chosen = word;
	return json_sprintf("%.*s/%d", (int)chosen.len, chosen.at, (int)random_below(walk, 4) + 1);
}

static json_t *random_word(struct walk *walk, const char *of)
{
	struct lx_text rest = lx_text(of), word, chosen = { "", 0 };
	uint64_t n = 1;

	while (lx_text_word(&rest, &word))
		if (random_below(walk, n++) == 0)
			chosen = word;
	return json_stringn(chosen.at, chosen.len);
}

static enum lx_code lay(struct lx_work *work, void *upload)
{
	return lx_upload_part(work->tx, work->edge, upload, 0);
}

/* A sheet that lies there, nobody's: whoever acts may adopt it. */
static json_t *random_file(struct walk *walk)
{
	char token[32];
	struct lx_upload upload = { .bytes = LX_TEXT_OF("a,b\n"), .media = "text/csv" };

	(void)snprintf(token, sizeof token, "upload:%llu",
		(unsigned long long)random_below(walk, UINT64_MAX >> 1));
	upload.token = lx_text(token);
	lx_upload_seal(&upload);
	assert_int_equal(lx_writer_submit(walk->w->writer, &walk->w->call, lay, &upload), LX_OK);
	return json_string(token);
}

static json_t *random_value(struct walk *walk, const struct lx_field *field)
{
	/* not the two themselves: a mandate from the other would make them act for both */
	static const char *const persons[] = { "5", "6" };

	switch (field->kind) {
	case LX_LINK:
		return random_link(walk, field->of);
	case LX_CHOICE:
		return random_word(walk, field->of);
	case LX_CODE:
		return json_string("transport");
	case LX_NUMBER:
		return json_integer((json_int_t)random_below(walk, 100));
	case LX_DECIMAL:
		return json_string("7.5");
	case LX_MONEY:
		return json_string("100");
	case LX_DATE:
	case LX_MOMENT:
		return json_sprintf("2027-%02d-11", (int)random_below(walk, 12) + 1);
	case LX_NAMES:
		return json_pack("{s:s, s:s}", "zh", "改名", "en", "Renamed");
	case LX_PERSON:
		return json_string(pick(walk, persons, COUNT(persons)));
	case LX_SEALED:
		return json_string(strcmp(field->of, "phone") == 0 ? "13800000000" : "张三");
	case LX_FILE:
		return random_file(walk);
	case LX_WORD:
		return json_sprintf("W%d", (int)random_below(walk, 1000));
	default:
		return json_sprintf("一段足够长的说明文字 %d", (int)random_below(walk, 1000000));
	}
}

static json_t *random_rows(struct walk *walk, const struct lx_rows *rows, char sign)
{
	json_t *row = json_object(), *list = json_array();

	if (sign != '+')
		(void)json_object_set_new(
			row, "row", json_integer((json_int_t)random_below(walk, 3) + 1));
	for (const struct lx_field *f = rows->fields; f->name != NULL; f++)
		if (sign == '+' || random_below(walk, 3) == 0)
			(void)json_object_set_new(row, f->name, random_value(walk, f));
	(void)json_array_append_new(list, row);
	return list;
}

/* What the common acts take stands in no table. */
static void common_input(struct walk *walk, const char *act, json_t *input)
{
	static const char *const says[] = { "no", "abstain" };
	struct lx_edge edge;

	lx_writer_edge(walk->w->writer, &edge);
	json_int_t recent = (json_int_t)((uint64_t)edge.size - random_below(walk, 40));
	if (strcmp(act, "say") == 0)
		(void)json_object_set_new(input, "says", json_string(pick(walk, says, 2)));
	if (strcmp(act, "correct") == 0)
		(void)json_object_set_new(input, "entry", json_integer(recent));
	if (strcmp(act, "gone") == 0) {
		(void)json_object_set_new(
			input, "content", json_integer((json_int_t)random_below(walk, 300) + 1));
		(void)json_object_set_new(input, "ground", json_string("7.2"));
	}
	if (strcmp(act, "correct") == 0 || strcmp(act, "gone") == 0)
		(void)json_object_set_new(input, "reason", json_string("写错了，应当更正。"));
}

static json_t *random_input(struct walk *walk, const struct lx_type *type, const struct lx_act *act)
{
	static const struct lx_field reason = { "reason", LX_TEXT, "2..4000" };
	struct lx_text rest = lx_text(act->takes);
	json_t *input = json_object();
	struct lx_taken taken;

	while (lx_takes_next(&rest, &taken)) {
		int field = lx_field_find(type->fields, taken.name),
		    list = lx_rows_find(type, taken.name);
		const struct lx_field *f = lx_text_is(taken.name, "reason") ? &reason
					   : field >= 0                     ? &type->fields[field]
									    : NULL;
		if (!taken.needed && random_below(walk, 2) == 0)
			continue;
		if (f != NULL)
			(void)json_object_set_new(input, f->name, random_value(walk, f));
		else if (list >= 0 && type->rows[list].key != NULL &&
			 strcmp(type->rows[list].key, "who") != 0)
			(void)json_object_set_new(input, type->rows[list].name,
				random_rows(walk, &type->rows[list], taken.sign));
		else if (list >= 0 && type->rows[list].key == NULL)
			(void)json_object_set_new(input, type->rows[list].name,
				random_rows(walk, &type->rows[list], taken.sign));
	}
	common_input(walk, act->name, input);
	return input;
}

/* --- whose a record is ------------------------------------------------------------------------ */

static int64_t person_of(struct lx_text holder)
{
	return lx_text_is(holder, "member/2")   ? ONE
	       : lx_text_is(holder, "member/3") ? OTHER
						: UNOWNED;
}

static int64_t held_by(const struct lx_record *record, const char *field)
{
	return person_of(lx_record_value(record, field).text);
}

/* The one of the two whose alone the record is; UNOWNED: nobody's, or both have a part in it. */
static int64_t owner_of(const struct walk *walk, const struct lx_record *record)
{
	const char *type = record->shape->type->name;
	int64_t number = record->number, asker;

	if (strcmp(type, "member") == 0)
		return number == 2 ? ONE : number == 3 ? OTHER : UNOWNED;
	if (strcmp(type, "person") == 0) {
		/* where somebody says to live, that place's officers verify */
		bool moved = lx_record_value(record, "home").text.len > 0 &&
			     held_by(record, "home") != number;
		return !moved && (number == ONE || number == OTHER) ? number : UNOWNED;
	}
	if (strcmp(type, "mandate") == 0)
		return held_by(record, "holder");
	if (strcmp(type, "project") == 0) {
		int64_t mover = held_by(record, "mover"), lead = held_by(record, "lead");
		return mover == lead || lead == UNOWNED ? mover : mover == UNOWNED ? lead : UNOWNED;
	}
	if (strcmp(type, "commitment") == 0)
		return record->lists[lx_rows_find(record->shape->type, LX_TEXT_OF("helper"))].n > 0
			       ? UNOWNED
			       : held_by(record, "owner");
	if (strcmp(type, "need") != 0)
		return UNOWNED;
	asker = number < NEEDS ? walk->asker[number] : UNOWNED;
	int64_t lead = held_by(record, "lead"), bearer = held_by(record, "bearer");
	int64_t whose[] = { asker, lead, bearer }, owner = UNOWNED;
	if (record->lists[lx_rows_find(record->shape->type, LX_TEXT_OF("helper"))].n > 0)
		return UNOWNED;
	for (size_t i = 0; i < COUNT(whose); i++) {
		if (whose[i] != UNOWNED && owner != UNOWNED && whose[i] != owner)
			return UNOWNED;
		owner = whose[i] != UNOWNED ? whose[i] : owner;
	}
	return owner;
}

/* A record as it stands, told as text: all that a reader who may see everything could see, but the consents asked of it. */
static int64_t last_entry(struct world *w, const char *type, int64_t number)
{
	return load(w, type, number).last_n;
}

/* --- a step ----------------------------------------------------------------------------------- */

static int64_t count_of(struct world *w, const struct lx_shape *shape)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	int64_t last;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_record_last(tx, shape, &last), LX_OK);
	return last;
}

/* An act that exists: the type's own or one that every type has. */
static const struct lx_act *random_act(struct walk *walk, const struct lx_type *type)
{
	size_t own = 0, common = 0;

	while (type->acts[own].name != NULL)
		own++;
	while (lx_common_acts[common].name != NULL)
		common++;
	size_t i = random_below(walk, own + common);
	return i < own ? &type->acts[i] : &lx_common_acts[i - own];
}

static void tally(struct walk *walk, enum lx_code code, const struct lx_order *order)
{
	if (code == LX_OK && order->pending)
		walk->opened++;
	else if (code == LX_OK)
		walk->allowed++;
	else if (code == LX_FORBIDDEN)
		walk->forbidden++;
	else
		walk->refused++;
}

/* Who leaves by an act of his own would end the walk: what one does to oneself is not its matter. */
static bool ends_the_walk(const struct lx_type *type, const struct lx_act *act)
{
	static const char *const ends[] = { "person.erase", "mandate.resign", "mandate.revoke",
		"member.leave" };
	char name[64];

	(void)snprintf(name, sizeof name, "%s.%s", type->name, act->name);
	for (size_t i = 0; i < COUNT(ends); i++)
		if (strcmp(name, ends[i]) == 0)
			return true;
	return false;
}

/* A resident says "my problem too" on anybody's need: the row is the resident's own. */
static bool adds_oneself(const char *name)
{
	return strcmp(name, "need.back") == 0 || strcmp(name, "need.unback") == 0;
}

/* Half of the steps go where both have something to do, however many types there are. */
static const struct lx_shape *random_shape(struct walk *walk)
{
	static const char *const busy[] = { "need", "need", "commitment", "body", "mandate",
		"person" };
	const struct lx_region *region = &walk->w->region;

	if (random_below(walk, 2) == 0)
		return lx_shape_find(region, lx_text(pick(walk, busy, COUNT(busy))));
	return &region->shapes[random_below(walk, region->n)];
}

static void step(struct walk *walk)
{
	struct world *w = walk->w;
	int64_t person = random_below(walk, 2) == 0 ? ONE : OTHER, owner = UNOWNED, before = 0;
	const struct lx_shape *shape = random_shape(walk);
	const struct lx_act *what = random_act(walk, shape->type);
	int64_t known = count_of(w, shape);
	int64_t recent = known > 40 && random_below(walk, 4) > 0 ? known - 40 : 0;
	int64_t number =
		known == 0 || (what->from == NULL && random_below(walk, 8) > 0)
			? 0
			: recent + (int64_t)random_below(walk, (uint64_t)(known - recent)) + 1;
	struct lx_order order;
	char name[64];

	if (number > 0) {
		struct lx_record record = load(w, shape->type->name, number);
		owner = owner_of(walk, &record);
		before = record.last_n;
	}
	if (owner == person && ends_the_walk(shape->type, what))
		return;
	LX_CLOSE(lx_json_free) json_t *input = random_input(walk, shape->type, what);
	(void)snprintf(name, sizeof name, "%s.%s", shape->type->name, what->name);
	enum lx_code code = act_json(w, person, name, number, input, &order);
	tally(walk, code, &order);
	if (code == LX_BROKEN)
		fail_msg("%s by %d: %s %s", name, (int)person, w->call.fault.msgid,
			w->call.fault.detail);
	if (code == LX_OK && strcmp(name, "need.submit") == 0 && order.made_record < NEEDS)
		walk->asker[order.made_record] = person;
	bool others = owner != UNOWNED && owner != person;
	bool collective = order.pending || strcmp(what->name, "say") == 0 || adds_oneself(name);
	if (others && !collective && last_entry(w, shape->type->name, number) != before)
		fail_msg("%s on %s/%lld of %d entered by %d", name, shape->type->name,
			(long long)number, (int)owner, (int)person);
}

/* The secretariat keeps needs coming, so that there is something to do. */
static void feed(struct walk *walk, int n)
{
	struct world *w = walk->w;
	struct lx_order order;
	char input[320];

	(void)snprintf(input, sizeof input,
		"{\"title\":\"第 %d "
		"个需求\",\"text\":\"一段足够长的说明文字\",\"kind\":\"help\",\"category\":"
		"\"transport\"}",
		n);
	int64_t need = must(w, 2, "need.submit", 0, input);
	(void)snprintf(input, sizeof input, "{\"lead\":\"member/%d\"}", 2 + n % 2);
	must(w, 1, "need.route", need, input);
	if (n % 3 == 0) /* some go further, as far as their lead takes them */
		(void)act(w, ONE + n % 2, "need.sign", need, NULL, &order);
}

static void two_members_never_change_the_others(void **state)
{
	static struct walk walk;

	walk = (struct walk){ .w = *state, .seed = UINT64_C(20261122) };
	for (int i = 0; i < STEPS; i++) {
		struct lx_arena_mark mark = lx_arena_here(&walk.w->arena);
		if (i % 20 == 0)
			feed(&walk, i / 20);
		step(&walk);
		lx_arena_back(&walk.w->arena, mark);
	}
	print_message("%zu allowed, %zu consents opened, %zu forbidden, %zu refused otherwise\n",
		walk.allowed, walk.opened, walk.forbidden, walk.refused);
	assert_true(walk.allowed > 300);
	assert_true(walk.forbidden > 3000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_members_never_change_the_others),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
