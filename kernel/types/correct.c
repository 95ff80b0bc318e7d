/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The acts correct (an earlier entry of this record, by who may do that act) and gone (a content is withdrawn). */
#include "kernel/journal/journal.h"
#include "kernel/types/effects.h"
#include "kernel/types/entry.h"
#include "kernel/types/input.h"
#include "kernel/types/performing.h"
#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <string.h>

#define ENTRIES_MOST 100000 /* of one record */
#define GROUND_MOST  40

/* The act that entry n of this record entered; NULL when it is another record's, or nothing that can be corrected. The
 * entry, as far as it was open or is kept beside, is the caller's. */
static enum lx_code corrected_act(const struct lx_performing *p, const struct lx_record *record,
	int64_t n, const struct lx_act **act, json_t **corrected)
{
	LX_CLOSE(lx_json_free) json_t *open = NULL;
	LX_CLOSE(lx_json_free) json_t *inner = NULL;
	char of[96];

	*act = NULL;
	if (n < 1 || n > p->work->edge->size)
		return LX_OK;
	LX_TRY(lx_journal_read(p->work->tx, n, &open, &inner));
	const json_t *entry = json_object_get(open, "shut") != NULL ? inner : open;
	const char *own = json_string_value(json_object_get(entry, "of"));
	const char *name = json_string_value(json_object_get(entry, "act"));
	const char *dot = name == NULL ? NULL : strchr(name, '.');
	(void)snprintf(
		of, sizeof of, "%s/%lld", record->shape->type->name, (long long)record->number);
	if (own == NULL || dot == NULL || strcmp(own, of) != 0)
		return LX_OK;
	for (const struct lx_act *a = record->shape->type->acts; a->name != NULL; a++)
		if (strcmp(a->name, dot + 1) == 0)
			*act = a;
	*corrected = json_incref((json_t *)entry);
	return LX_OK;
}

/* What the correction takes: what the act took, all of it optional, and a reason. Lists are left alone. */
static const char *takes_of(struct lx_call *call, const struct lx_act *act)
{
	struct lx_text rest = lx_text(act->takes);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_taken taken;

	lx_buf_str(&out, "reason");
	while (lx_takes_next(&rest, &taken))
		if (taken.sign == 0 && !lx_text_is(taken.name, "reason"))
			lx_buf_printf(&out, " %.*s%s", (int)taken.name.len, taken.name.at,
				lx_text_is(taken.name, "*") ? "" : "?");
	return lx_buf_failed(&out) ? NULL : lx_arena_copy(call->arena, out.at, out.len);
}

/* A number that programs send as such and forms as digits. */
static enum lx_code number_in(
	struct lx_call *call, const json_t *input, const char *field, int64_t *number)
{
	const json_t *value = json_object_get(input, field);

	if (json_is_integer(value)) {
		*number = json_integer_value(value);
		return LX_OK;
	}
	if (json_is_string(value) && lx_text_int(lx_text(json_string_value(value)), number))
		return LX_OK;
	return lx_fail(call, LX_INVALID, field, "input.number", NULL);
}

/* "resident" or "anyone" says nothing about this record: what was entered so is corrected by who entered it alone, or by
 * who acts for the same holder. */
static enum lx_code test_author(struct lx_case *c, const json_t *corrected)
{
	const struct lx_actor *actor = c->view.actor;
	const char *holder = json_string_value(json_object_get(corrected, "for"));
	const char *by = json_string_value(json_object_get(corrected, "by"));
	char pseudonym[LX_PSEUDONYM_TEXT];
	bool same = false;

	if (c->relation->how != LX_LEVEL || actor->kind == LX_BY_INIT)
		return LX_OK;
	for (size_t i = 0; holder != NULL && i < actor->mandates_n && !same; i++)
		if (lx_text_is(actor->mandates[i].holder, holder)) {
			c->holding = (struct lx_holding){ true, actor->mandates[i].number,
				actor->mandates[i].holder };
			same = true;
		}
	if (holder == NULL && by != NULL) {
		LX_TRY(lx_actor_pseudonym(c->work->tx, actor, c->record->shape->type->name,
			c->record->number, pseudonym));
		same = strcmp(by, pseudonym) == 0;
	}
	return same ? LX_OK : lx_fail(c->call, LX_FORBIDDEN, NULL, "act.correct_other", NULL);
}

static enum lx_code test_who(struct lx_case *c, struct lx_header *header, const json_t *corrected)
{
	LX_TRY(lx_relation_any(&c->view, c->record, c->act->who, &c->relation, &c->holding));
	if (c->relation == NULL)
		return lx_fail(c->call, LX_FORBIDDEN, NULL, "act.relation", "%s", c->act->who);
	if (corrected != NULL)
		LX_TRY(test_author(c, corrected));
	header->as = lx_text(c->relation->name);
	header->holder = c->holding.holder;
	return LX_OK;
}

enum lx_code lx_enter_correct(const struct lx_performing *p, struct lx_record *record,
	const json_t *input, const char *lang, int64_t *n)
{
	struct lx_call *call = lx_tx_call(p->work->tx);
	LX_CLOSE(lx_case_end) struct lx_case c = { 0 };
	LX_CLOSE(lx_json_free) json_t *corrected = NULL;
	struct lx_header header = { .act = "correct" };
	const struct lx_act *act;

	LX_TRY(number_in(call, input, "entry", &header.undoes));
	LX_TRY(corrected_act(p, record, header.undoes, &act, &corrected));
	if (act == NULL)
		return lx_fail(call, LX_INVALID, "entry", "act.correct_none", NULL);
	if (act->consent != NULL) /* what others consented to is not changed without them */
		return lx_fail(call, LX_CONFLICT, "entry", "act.correct_consent", NULL);
	struct lx_act correction = { .name = "correct",
		.who = act->who,
		.from = "*",
		.takes = takes_of(call, act),
		.undo = "correct",
		.guard = act->guard };
	if (correction.takes == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_CLOSE(lx_json_free) json_t *rest = json_copy((json_t *)input);
	(void)json_object_del(rest, "entry");
	LX_TRY(lx_case_begin(p, record, &correction, lang, &c));
	LX_TRY(test_who(&c, &header, corrected));
	LX_TRY(lx_input_decode(&c, rest));
	if (correction.guard.fn != NULL)
		LX_TRY(correction.guard.fn(&c));
	LX_TRY(lx_effects_of_tables(&c));
	LX_TRY(lx_effects_of_terms(&c));
	return lx_entry_write(&c, &header, n);
}

/* Whether the content is one that an entry of this record named. */
static enum lx_code names_content(
	const struct lx_performing *p, const struct lx_record *record, const char *ref, bool *found)
{
	LX_CLOSE(lx_json_free) json_t *open = NULL;
	LX_CLOSE(lx_json_free) json_t *inner = NULL;
	struct lx_value *cells, which[] = { LX_S(record->shape->type->name), LX_I(record->number),
		LX_I(0), LX_I(ENTRIES_MOST) };
	size_t n;

	*found = false;
	LX_TRY(lx_all(p->work->tx, &lx_q_entries, which, ENTRIES_MOST, &cells, &n));
	for (size_t i = 0; i < n && !*found; i++) {
		lx_json_free(&open);
		lx_json_free(&inner);
		LX_TRY(lx_journal_read(p->work->tx, cells[i].number, &open, &inner));
		*found = json_object_get(json_object_get(open, "with"), ref) != NULL ||
			 json_object_get(json_object_get(inner, "with"), ref) != NULL;
	}
	return LX_OK;
}

/* Input: content (its number), ground (the rule it is withdrawn by), reason. */
enum lx_code lx_enter_gone(const struct lx_performing *p, struct lx_record *record,
	const json_t *input, const char *lang, int64_t *n)
{
	static const struct lx_act act = {
		.name = "gone", .who = "secretariat", .from = "*", .takes = "reason", .undo = "-"
	};
	struct lx_call *call = lx_tx_call(p->work->tx);
	const char *ground = json_string_value(json_object_get(input, "ground"));
	LX_CLOSE(lx_case_end) struct lx_case c = { 0 };
	struct lx_header header = { .act = "gone" };
	int64_t content;
	char ref[48];
	bool found;

	LX_TRY(number_in(call, input, "content", &content));
	if (ground == NULL || ground[0] == '\0' || strlen(ground) > GROUND_MOST)
		return lx_fail(call, LX_INVALID, "ground", "input.needed", NULL);
	(void)snprintf(ref, sizeof ref, "content/%lld", (long long)content);
	LX_TRY(lx_case_begin(p, record, &act, lang, &c));
	LX_CLOSE(lx_json_free) json_t *rest = json_copy((json_t *)input);
	(void)json_object_del(rest, "content");
	(void)json_object_del(rest, "ground");
	LX_TRY(test_who(&c, &header, NULL));
	LX_TRY(names_content(p, record, ref, &found));
	if (!found)
		return lx_fail(call, LX_INVALID, "content", "act.content_none", NULL);
	LX_TRY(lx_input_decode(&c, rest));
	LX_TRY(lx_effect_add(&c, c.open, json_pack("[s, s, s]", "gone", ref, ground)));
	LX_TRY(lx_content_withdraw(p->work->tx, content, p->work->edge->size + 1));
	return lx_entry_write(&c, &header, n);
}
