/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Consent by the charter's rules: quorum, silence, one or more majorities. Fractions are exact. */
#include "kernel/types/consent.h"

#include "base/wide.h"
#include "kernel/types/effects.h"

#include <string.h>

#define VOICES_MAX 20000

const struct lx_pending *lx_consent_open_one(const struct lx_record *record, int64_t number)
{
	const struct lx_pending *found = NULL;

	for (size_t i = 0; i < record->pending_n; i++) {
		const struct lx_pending *p = &record->pending[i];
		if (!lx_text_is(p->stage, "open") || (number != 0 && p->number != number))
			continue;
		if (found != NULL)
			return NULL;
		found = p;
	}
	return found;
}

static int64_t until_of(const struct lx_case *c, const struct lx_consent *consent)
{
	struct lx_length length;

	if (strcmp(consent->rule, "all") == 0 ||
		!lx_charter_term(c->view.charter, consent->rule, LX_TEXT_OF(""), &length))
		return 0;
	return lx_charter_end(c->view.charter, length, c->work->now);
}

static json_t *frozen_input(const struct lx_case *c)
{
	json_t *input = json_copy(c->input);

	(void)json_object_del(input, "on");
	(void)json_object_del(input, "reason");
	return input;
}

/* Whether a seat of a body votes (seats that only speak or observe are not asked), and whose it is. */
static enum lx_code voting_seat(
	const struct lx_sight *sight, const struct lx_ref *ref, bool *votes, struct lx_text *member)
{
	const struct lx_shape *shape = lx_shape_find(sight->region, ref->type);
	struct lx_record body;

	LX_TRY(lx_record_load(sight->tx, shape, ref->number, &body));
	int list = lx_rows_find(shape->type, ref->rows);
	const struct lx_field *fields = shape->type->rows[list].fields;
	int voice = lx_field_find(fields, LX_TEXT_OF("voice")),
	    of = lx_field_find(fields, LX_TEXT_OF("member"));
	for (size_t i = 0; voice >= 0 && of >= 0 && i < body.lists[list].n; i++) {
		const struct lx_row *row = &body.lists[list].rows[i];
		if (row->number != ref->row)
			continue;
		*votes = row->values[voice].text.len == 0 ||
			 lx_text_is(row->values[voice].text, "votes");
		*member = row->values[of].text;
	}
	return LX_OK;
}

/* Of the seats at `links` those that vote; themselves, or the members they belong to. */
static enum lx_code keep_voting(struct lx_case *c, bool members, struct lx_text *links, size_t *n)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		struct lx_text member = LX_TEXT_OF("");
		struct lx_ref ref;
		bool votes = true;
		if (lx_ref_read(links[i], &ref) && ref.row > 0)
			LX_TRY(voting_seat(&c->view, &ref, &votes, &member));
		if (!votes || (members && member.len == 0))
			continue;
		links[kept++] = members ? member : links[i];
	}
	*n = kept;
	return LX_OK;
}

/* Who is asked at one path: the links there; where it leads over a body's seats, only those that vote. */
static enum lx_code asked_at(
	struct lx_case *c, const char *path, struct lx_text **voices, size_t *n)
{
	static const char seats[] = ".seat", members[] = ".seat.member";
	size_t len = strlen(path);
	bool by_member = len > sizeof members - 1 &&
			 strcmp(path + len - (sizeof members - 1), members) == 0;
	bool by_seat = len > sizeof seats - 1 &&
		       strcmp(path + len - (sizeof seats - 1), seats) == 0;

	if (!by_member && !by_seat)
		return lx_path_links(&c->view, c->record, path, voices, n);
	const char *to_seats = lx_arena_copy(
		c->call->arena, path, by_member ? len - strlen(".member") : len);
	if (to_seats == NULL)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(lx_path_links(&c->view, c->record, to_seats, voices, n));
	return keep_voting(c, by_member, *voices, n);
}

static bool already(const struct lx_text *links, size_t n, struct lx_text link)
{
	size_t i = 0;

	while (i < n && !lx_text_equal(links[i], link))
		i++;
	return i < n;
}

/* Who is asked: the voices at each of the paths, each once. */
static enum lx_code asked_voices(
	struct lx_case *c, const char *paths, struct lx_text **voices, size_t *n)
{
	struct lx_text rest = lx_text(paths), word, *all = NULL;
	size_t all_n = 0;

	while (lx_text_word(&rest, &word)) {
		const char *path = lx_arena_copy(c->call->arena, word.at, word.len);
		struct lx_text *found;
		size_t found_n;
		if (path == NULL)
			return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
		LX_TRY(asked_at(c, path, &found, &found_n));
		struct lx_text *more = lx_array(c->call, all_n + found_n, sizeof *more);
		if (more == NULL)
			return LX_BROKEN;
		if (all_n > 0)
			memcpy(more, all, all_n * sizeof *more);
		all = more;
		for (size_t i = 0; i < found_n; i++)
			if (!already(all, all_n, found[i]))
				all[all_n++] = found[i];
	}
	*voices = all;
	*n = all_n;
	return LX_OK;
}

enum lx_code lx_consent_open(struct lx_case *c, int64_t *number)
{
	const struct lx_consent *consent = lx_consent_find(
		c->record->shape->type, lx_text(c->act->consent));
	struct lx_text *voices = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->record->pending_n; i++)
		if (lx_text_is(c->record->pending[i].stage, "open") &&
			lx_text_is(c->record->pending[i].act, c->act->name))
			return lx_fail(c->call, LX_CONFLICT, NULL, "act.pending", NULL);
	LX_TRY(asked_voices(c, consent->asked, &voices, &n));
	if (n == 0 || n > VOICES_MAX)
		return lx_fail(c->call, LX_CONFLICT, NULL, "act.asks_nobody", NULL);
	json_t *asked = json_pack("{s:s, s:o, s:s}", "act", c->act->name, "input", frozen_input(c),
		"rule", consent->rule);
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list, json_stringn(voices[i].at, voices[i].len));
	(void)json_object_set_new(asked, "voices", list);
	int64_t until = until_of(c, consent);
	(void)json_object_set_new(asked, "until", until == 0 ? json_null() : json_integer(until));
	if (json_is_string(json_object_get(c->input, "on")))
		(void)json_object_set(asked, "on", json_object_get(c->input, "on"));
	if (json_is_string(json_object_get(c->input, "reason")))
		(void)json_object_set(asked, "reason", json_object_get(c->input, "reason"));
	*number = (int64_t)c->record->pending_n + 1;
	return lx_effect_add(c, c->open, json_pack("[s, I, o]", "ask", (json_int_t)*number, asked));
}

enum lx_code lx_consents_overtaken(struct lx_case *c)
{
	struct lx_text after = lx_state_after(c);

	if (lx_text_equal(after, c->record->state))
		return LX_OK;
	for (size_t i = 0; i < c->record->pending_n; i++) {
		const struct lx_pending *p = &c->record->pending[i];
		const struct lx_act *act = lx_act_find(c->record->shape->type, p->act);
		bool possible = act != NULL && act->from != NULL &&
				(strcmp(act->from, "*") == 0 || lx_word_in(after, act->from));
		if (!lx_text_is(p->stage, "open") || possible)
			continue;
		LX_TRY(lx_effect_add(c, c->open,
			json_pack("[s, I, s]", "close", (json_int_t)p->number, "overtaken")));
	}
	return LX_OK;
}

/* One voice with its weights. */
struct ballot {
	struct lx_text link, body;
	char says; /* y n a, or 0: silent */
	int64_t seat, population;
};

struct count {
	const struct lx_sight *view;
	struct ballot *ballots;
	size_t n;
};

static int64_t newest_population(const struct lx_record *member)
{
	int list = lx_rows_find(member->shape->type, LX_TEXT_OF("figure"));
	int64_t year = INT64_MIN, population = 0;

	for (size_t i = 0; list >= 0 && i < member->lists[list].n; i++) {
		const struct lx_field *fields = member->shape->type->rows[list].fields;
		const struct lx_value *values = member->lists[list].rows[i].values;
		int y = lx_field_find(fields, LX_TEXT_OF("year")),
		    p = lx_field_find(fields, LX_TEXT_OF("population"));
		if (y >= 0 && p >= 0 && values[y].number > year) {
			year = values[y].number;
			population = values[p].number;
		}
	}
	return population;
}

static enum lx_code member_weights(
	const struct lx_sight *view, struct lx_text link, struct ballot *ballot)
{
	struct lx_ref ref;
	struct lx_record member;
	const struct lx_shape *shape = lx_ref_read(link, &ref)
					       ? lx_shape_find(view->region, ref.type)
					       : NULL;

	ballot->body = link;
	if (shape == NULL)
		return LX_OK;
	enum lx_code code = lx_record_load(view->tx, shape, ref.number, &member);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	struct lx_value weight = lx_record_value(&member, "weight");
	if (weight.kind == LX_V_INT)
		ballot->seat = weight.number;
	ballot->population = newest_population(&member);
	return LX_OK;
}

static enum lx_code weigh(const struct lx_sight *view, struct ballot *ballot)
{
	struct lx_ref ref;
	struct lx_record body;
	const struct lx_shape *shape;

	ballot->seat = 1;
	if (!lx_ref_read(ballot->link, &ref))
		return LX_OK;
	if (ref.row == 0)
		return member_weights(view, ballot->link, ballot);
	shape = lx_shape_find(view->region, ref.type);
	enum lx_code code = shape == NULL ? LX_NOT_FOUND
					  : lx_record_load(view->tx, shape, ref.number, &body);
	if (code != LX_OK)
		return code == LX_NOT_FOUND ? LX_OK : code;
	int list = lx_rows_find(shape->type, ref.rows);
	int member = list < 0 ? -1
			      : lx_field_find(shape->type->rows[list].fields, LX_TEXT_OF("member"));
	int weight = list < 0 ? -1
			      : lx_field_find(shape->type->rows[list].fields, LX_TEXT_OF("weight"));
	for (size_t i = 0; member >= 0 && weight >= 0 && i < body.lists[list].n; i++) {
		const struct lx_row *row = &body.lists[list].rows[i];
		if (row->number != ref.row)
			continue;
		LX_TRY(member_weights(view, row->values[member].text, ballot));
		if (row->values[weight].kind == LX_V_INT)
			ballot->seat = row->values[weight].number;
	}
	/* two seats of one body are one office, whoever sits in them */
	struct lx_text rest = ballot->link;
	(void)lx_text_split(&rest, '#', &ballot->body);
	return LX_OK;
}

static enum lx_code collect(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_pending *pending, bool weighed, struct count *count)
{
	LX_CLOSE(lx_json_free)
	json_t *voices = lx_json_own(pending->voices);
	struct lx_call *call = lx_tx_call(view->tx);

	*count = (struct count){ .view = view, .n = json_array_size(voices) };
	count->ballots = lx_array(call, count->n, sizeof *count->ballots);
	if (count->ballots == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < count->n; i++) {
		struct ballot *b = &count->ballots[i];
		const char *link = json_string_value(json_array_get(voices, i));
		const char *copy = link == NULL ? NULL
						: lx_arena_copy(call->arena, link, strlen(link));
		if (copy == NULL)
			return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
		b->link = lx_text(copy);
		for (size_t k = 0; k < record->voices_n; k++)
			if (record->voices[k].pending == pending->number &&
				lx_text_equal(record->voices[k].voice, b->link))
				b->says = record->voices[k].says.at[0];
		if (weighed)
			LX_TRY(weigh(view, b));
	}
	return LX_OK;
}

static bool first_of_body(const struct count *count, size_t i, const char *silence)
{
	for (size_t k = 0; k < i; k++)
		if (lx_text_equal(count->ballots[k].body, count->ballots[i].body) &&
			(count->ballots[k].says != 0 ? count->ballots[k].says : silence[0]) == 'y')
			return false;
	return true;
}

/* "2/3", or a number. */
static bool fraction(struct lx_text text, int64_t *above, int64_t *below)
{
	struct lx_text first;

	*below = 0;
	if (!lx_text_split(&text, '/', &first) || !lx_text_int(first, above))
		return false;
	return text.len == 0 || (lx_text_int(text, below) && *below > 0);
}

/* One majority, with silent voices taken as `silence` ("y", "n", or "-" for absent). */
static bool majority_met(const struct count *count, const struct lx_row *row, const char *silence)
{
	const struct lx_charter *charter = count->view->charter;
	struct lx_text weight = lx_charter_cell(charter, "majority", row, "weight").text;
	bool of_asked = lx_text_is(lx_charter_cell(charter, "majority", row, "of").text, "asked");
	bool more = lx_text_is(lx_charter_cell(charter, "majority", row, "more").text, "yes");
	lx_int128 yes = 0, base = 0;
	int64_t above, below;

	for (size_t i = 0; i < count->n; i++) {
		const struct ballot *b = &count->ballots[i];
		char says = b->says != 0 ? b->says : silence[0];
		int64_t w = 1;
		if (lx_text_is(weight, "seat") || lx_text_is(weight, "share"))
			w = b->seat;
		else if (lx_text_is(weight, "population"))
			w = b->population;
		if (lx_text_is(weight, "body") && says == 'y')
			w = first_of_body(count, i, silence);
		if (says == 'y')
			yes += w;
		if (of_asked || says == 'y' || says == 'n')
			base += w;
	}
	if (!fraction(lx_charter_cell(charter, "majority", row, "least").text, &above, &below))
		return false;
	/* a fraction of nothing is not reached */
	if (below != 0 && base == 0)
		return false;
	lx_int128 left = below == 0 ? yes : yes * below, right = below == 0 ? above : base * above;
	return more ? left > right : left >= right;
}

static bool quorum_met(const struct count *count, struct lx_text quorum, bool silent_too)
{
	int64_t above, below, present = 0;

	for (size_t i = 0; i < count->n; i++)
		present += silent_too || count->ballots[i].says != 0;
	if (quorum.len == 0 || !fraction(quorum, &above, &below))
		return true;
	return below == 0 ? present >= above : present * below >= (int64_t)count->n * above;
}

static bool all_met(const struct count *count, const char *rule, const char *silence)
{
	const struct lx_charter *charter = count->view->charter;
	const struct lx_row *row;
	size_t at = 0;
	bool some = false;

	while ((row = lx_charter_row(charter, "majority", lx_text(rule), &at)) != NULL) {
		some = true;
		if (!majority_met(count, row, silence))
			return false;
	}
	return some;
}

/* Rule "all": everybody yes. One no or abstention refuses it. */
static enum lx_outcome all_say_yes(const struct count *count)
{
	size_t yes = 0;

	for (size_t i = 0; i < count->n; i++) {
		if (count->ballots[i].says == 'n' || count->ballots[i].says == 'a')
			return LX_REFUSED;
		yes += count->ballots[i].says == 'y';
	}
	return yes == count->n ? LX_GRANTED : LX_UNDECIDED;
}

enum lx_code lx_consent_verdict(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_pending *pending, bool final, enum lx_outcome *verdict)
{
	struct count count;
	size_t at = 0, silent = 0;
	char rule[64];

	LX_TRY(collect(view, record, pending, true, &count));
	if (lx_text_is(pending->rule, "all")) {
		*verdict = all_say_yes(&count);
		if (final && *verdict == LX_UNDECIDED)
			*verdict = LX_REFUSED;
		return LX_OK;
	}
	size_t len = pending->rule.len < sizeof rule - 1 ? pending->rule.len : sizeof rule - 1;
	memcpy(rule, pending->rule.at, len);
	rule[len] = '\0';
	const struct lx_row *row = lx_charter_row(view->charter, "rule", pending->rule, &at);
	struct lx_text quorum =
		row == NULL ? LX_TEXT_OF("")
			    : lx_charter_cell(view->charter, "rule", row, "quorum").text;
	struct lx_text silence =
		row == NULL ? LX_TEXT_OF("")
			    : lx_charter_cell(view->charter, "rule", row, "silence").text;
	bool early = row != NULL &&
		     lx_text_is(lx_charter_cell(view->charter, "rule", row, "early").text, "yes");
	for (size_t i = 0; i < count.n; i++)
		silent += count.ballots[i].says == 0;
	bool counts_silence = lx_text_is(silence, "yes") || lx_text_is(silence, "no");
	*verdict = LX_UNDECIDED;
	if (final || silent == 0) {
		bool met = quorum_met(&count, quorum, counts_silence) &&
			   all_met(&count, rule, counts_silence ? silence.at : "-");
		*verdict = met ? LX_GRANTED : LX_REFUSED;
	} else if (early) {
		/* decided when the silent can change nothing any more, whatever they say or leave unsaid */
		bool worst = quorum_met(&count, quorum, false) && all_met(&count, rule, "n") &&
			     all_met(&count, rule, "-");
		bool best = quorum_met(&count, quorum, true) &&
			    (all_met(&count, rule, "y") || all_met(&count, rule, "-"));
		*verdict = worst ? LX_GRANTED : best ? LX_UNDECIDED : LX_REFUSED;
	}
	return LX_OK;
}

enum lx_code lx_consent_voices(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_pending *pending, struct lx_text **voices, size_t *n)
{
	const struct lx_act *act = lx_act_find(record->shape->type, pending->act);
	const struct lx_consent *consent = act == NULL || act->consent == NULL
						   ? NULL
						   : lx_consent_find(record->shape->type,
							     lx_text(act->consent));
	struct count count;
	size_t found = 0;

	LX_TRY(collect(view, record, pending, false, &count));
	struct lx_text *mine = lx_array(lx_tx_call(view->tx), count.n, sizeof *mine);
	if (mine == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < count.n; i++) {
		struct lx_holding holding;
		if (count.ballots[i].says != 0)
			continue;
		LX_TRY(lx_voice_test(view, count.ballots[i].link,
			consent == NULL ? NULL : consent->office, &holding));
		if (holding.holds)
			mine[found++] = count.ballots[i].link;
	}
	*voices = mine;
	*n = found;
	return LX_OK;
}
