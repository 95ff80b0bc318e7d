/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The acts say and count: a voice is raised; when nothing can change it any more, the consent is closed and the act it was
 * about is decided anew, with the input as it was frozen. */
#include "kernel/types/consent.h"
#include "kernel/types/effects.h"
#include "kernel/types/entry.h"
#include "kernel/types/input.h"
#include "kernel/types/kinds.h"
#include "kernel/types/performing.h"

#include <string.h>

static const struct lx_act *common_act(const char *name)
{
	const struct lx_act *act = lx_common_acts;

	while (strcmp(act->name, name) != 0)
		act++;
	return act;
}

static enum lx_code write_close(const struct lx_performing *p, struct lx_record *record,
	const struct lx_pending *pending, const char *outcome, int64_t *n)
{
	LX_CLOSE(lx_case_end) struct lx_case c = { 0 };
	struct lx_header header = { .act = "count",
		.by = LX_TEXT_OF("clock"),
		.cause = p->cause,
		.consent = pending->number };

	LX_TRY(lx_case_begin(p, record, common_act("count"), NULL, &c));
	LX_TRY(lx_effect_add(
		&c, c.open, json_pack("[s, I, s]", "close", (json_int_t)pending->number, outcome)));
	return lx_entry_write(&c, &header, n);
}

/* The day from which it holds: the latest of those that the yes-sayers named. */
static void put_day(const struct lx_record *record, const struct lx_pending *pending, json_t *input)
{
	struct lx_text latest = pending->on;

	for (size_t i = 0; i < record->voices_n; i++) {
		const struct lx_voice *v = &record->voices[i];
		if (v->pending == pending->number && lx_text_is(v->says, "yes") &&
			lx_text_order(v->on, latest) > 0)
			latest = v->on;
	}
	if (latest.len > 0)
		(void)json_object_set_new(input, "on", json_stringn(latest.at, latest.len));
	if (pending->reason.len > 0)
		(void)json_object_set_new(
			input, "reason", json_stringn(pending->reason.at, pending->reason.len));
}

/* The act that was asked about, entered under the name of who proposed it. */
static enum lx_code carry_out(const struct lx_performing *p, struct lx_record *record,
	const struct lx_pending *pending, int64_t count_n)
{
	const struct lx_act *act = lx_act_find(record->shape->type, pending->act);
	LX_CLOSE(lx_json_free)
	json_t *input = lx_json_own(pending->input);
	struct lx_actor actor = { .kind = LX_BY_PERSON, .cause = true };
	struct lx_performing next = { .work = p->work,
		.region = p->region,
		.charter = p->charter,
		.actor = &actor,
		.by = pending->by,
		.cause = count_n,
		.consent = pending->number,
		.depth = p->depth + 1,
		.aside = { "", 0 } };
	bool opened;
	int64_t n;

	if (act == NULL || input == NULL)
		return lx_fail(lx_tx_call(p->work->tx), LX_BROKEN, NULL, "types.follow", NULL);
	put_day(record, pending, input);
	return lx_enter(&next, record, act, input, true, NULL, &n, &opened);
}

static enum lx_code granted(const struct lx_performing *p, struct lx_record *record,
	const struct lx_pending *pending, int64_t *n)
{
	struct lx_call *call = lx_tx_call(p->work->tx);
	struct lx_edge edge = *p->work->edge;
	struct lx_record before = *record;
	struct lx_pending kept = *pending;

	LX_TRY(lx_store_mark(p->work->tx));
	enum lx_code code = write_close(p, record, &kept, "granted", n);
	if (code == LX_OK)
		code = carry_out(p, record, &kept, *n);
	if (code == LX_OK)
		return lx_store_keep(p->work->tx);
	if (code == LX_BROKEN || code == LX_BUSY)
		return code;
	/* it no longer holds: state or guard refuse it now */
	LX_TRY(lx_store_drop(p->work->tx));
	*p->work->edge = edge;
	lx_fault_clear(&call->fault);
	LX_TRY(lx_record_load(p->work->tx, before.shape, before.number, record));
	return write_close(p, record, &kept, "overtaken", n);
}

static enum lx_code refused(const struct lx_performing *p, struct lx_record *record,
	const struct lx_pending *pending, int64_t *n)
{
	const struct lx_type *type = record->shape->type;
	const struct lx_act *act = lx_act_find(type, pending->act);
	const struct lx_consent *consent = act == NULL || act->consent == NULL
						   ? NULL
						   : lx_consent_find(type, lx_text(act->consent));
	struct lx_actor actor = { .kind = LX_BY_CLOCK, .cause = true };
	bool opened;
	int64_t failed;

	LX_TRY(write_close(p, record, pending, "refused", n));
	if (consent == NULL || consent->fails == NULL)
		return LX_OK;
	const struct lx_act *fails = lx_act_find(type, lx_text(consent->fails));
	struct lx_performing next = { .work = p->work,
		.region = p->region,
		.charter = p->charter,
		.actor = &actor,
		.by = LX_TEXT_OF("clock"),
		.cause = *n,
		.depth = p->depth + 1,
		.aside = { "", 0 } };
	if (fails == NULL)
		return LX_OK;
	return lx_enter(&next, record, fails, NULL, true, NULL, &failed, &opened);
}

enum lx_code lx_enter_count(const struct lx_performing *p, struct lx_record *record,
	const struct lx_pending *pending, bool final, int64_t *n)
{
	struct lx_sight view = { p->work->tx, p->region, p->charter, p->actor, NULL };
	enum lx_outcome verdict;

	LX_TRY(lx_consent_verdict(&view, record, pending, final, &verdict));
	if (verdict == LX_GRANTED)
		return granted(p, record, pending, n);
	return verdict == LX_REFUSED ? refused(p, record, pending, n) : LX_OK;
}

/* Which of the voices that this actor may raise is meant: the one named, or the only one. */
static enum lx_code choose_voice(const struct lx_case *c, const struct lx_pending *pending,
	const json_t *input, struct lx_text *voice)
{
	const char *named = json_string_value(json_object_get(input, "voice"));
	struct lx_text *voices;
	size_t n;

	LX_TRY(lx_consent_voices(&c->view, c->record, pending, &voices, &n));
	if (n == 0)
		return lx_fail(c->call, LX_FORBIDDEN, NULL, "act.not_asked", NULL);
	*voice = voices[0];
	if (named == NULL)
		return n == 1 ? LX_OK : lx_fail(c->call, LX_INVALID, "voice", "input.needed", NULL);
	for (size_t i = 0; i < n; i++)
		if (lx_text_is(voices[i], named)) {
			*voice = voices[i];
			return LX_OK;
		}
	return lx_fail(c->call, LX_FORBIDDEN, "voice", "act.not_asked", NULL);
}

static const struct lx_field says_field = { "says", LX_CHOICE, "yes no abstain" };
static const struct lx_field reservation_field = { "reason", LX_TEXT, "2..4000" };
static const struct lx_field day_field = { "on", LX_DATE };

static enum lx_code decode_optional(
	struct lx_case *c, const struct lx_field *field, const json_t *input)
{
	const json_t *raw = json_object_get(input, field->name);
	json_t *value;

	if (raw == NULL || json_is_null(raw) ||
		(json_is_string(raw) && json_string_length(raw) == 0))
		return LX_OK;
	LX_TRY(lx_kind_decode(c, field, field->name, raw, &value));
	(void)json_object_set_new(c->input, field->name, value);
	return LX_OK;
}

static enum lx_code say_effect(
	struct lx_case *c, const struct lx_pending *pending, struct lx_text voice)
{
	json_t *reason = json_object_get(c->input, "reason"), *on = json_object_get(c->input, "on");
	json_t *effect = json_pack("[s, I, s%, O]", "say", (json_int_t)pending->number, voice.at,
		voice.len, json_object_get(c->input, "says"));

	if (effect != NULL && (reason != NULL || on != NULL))
		(void)json_array_append_new(
			effect, reason != NULL ? json_incref(reason) : json_null());
	if (effect != NULL && on != NULL)
		(void)json_array_append(effect, on);
	LX_TRY(lx_effect_add(c, c->open, effect));
	/* the reservation stands in the effect; it is no reason of the entry */
	(void)json_object_del(c->input, "reason");
	return LX_OK;
}

static enum lx_code say(struct lx_case *c, const struct lx_performing *p, const json_t *input,
	const struct lx_pending *pending, int64_t *n)
{
	const struct lx_act *act = lx_act_find(c->record->shape->type, pending->act);
	const struct lx_consent *consent = act == NULL || act->consent == NULL
						   ? NULL
						   : lx_consent_find(c->record->shape->type,
							     lx_text(act->consent));
	struct lx_text voice;

	LX_TRY(choose_voice(c, pending, input, &voice));
	LX_TRY(lx_voice_test(
		&c->view, voice, consent == NULL ? NULL : consent->office, &c->holding));
	if (json_object_get(input, "says") == NULL)
		return lx_fail(c->call, LX_INVALID, "says", "input.needed", NULL);
	LX_TRY(decode_optional(c, &says_field, input));
	LX_TRY(decode_optional(c, &reservation_field, input));
	if (act != NULL && act->dated)
		LX_TRY(decode_optional(c, &day_field, input));
	LX_TRY(say_effect(c, pending, voice));
	struct lx_header header = { .act = "say",
		.holder = c->holding.holder,
		.as = LX_TEXT_OF("asked"),
		.cause = p->cause };
	return lx_entry_write(c, &header, n);
}

enum lx_code lx_enter_say(const struct lx_performing *p, struct lx_record *record,
	const json_t *input, const char *lang, int64_t *n)
{
	struct lx_call *call = lx_tx_call(p->work->tx);
	int64_t number = json_integer_value(json_object_get(input, "consent")), counted;
	LX_CLOSE(lx_case_end) struct lx_case c = { 0 };

	if (json_is_string(json_object_get(input, "consent")) &&
		!lx_text_int(
			lx_text(json_string_value(json_object_get(input, "consent"))), &number))
		return lx_fail(call, LX_INVALID, "consent", "input.number", NULL);
	const struct lx_pending *pending = lx_consent_open_one(record, number);
	if (pending == NULL)
		return lx_fail(call, LX_CONFLICT, "consent", "act.no_consent", NULL);
	number = pending->number;
	LX_TRY(lx_case_begin(p, record, common_act("say"), lang, &c));
	LX_TRY(say(&c, p, input, pending, n));
	LX_TRY(lx_record_load(p->work->tx, record->shape, record->number, record));
	struct lx_performing next = *p;
	next.cause = *n;
	next.ordered = false;
	next.proof = NULL; /* the voice was signed, not what came of it */
	pending = lx_consent_open_one(record, number);
	return pending == NULL ? LX_OK : lx_enter_count(&next, record, pending, false, &counted);
}
