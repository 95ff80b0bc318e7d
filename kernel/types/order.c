/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* An order from outside: who acts is loaded, an idempotency key is honoured, the act performed. */
#include "kernel/types/decide.h"

#include "kernel/journal/journal.h"
#include "kernel/types/proof.h"
#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <string.h>

#define CALLER_TEXT 64

static enum lx_code digest_of(
	struct lx_call *call, const struct lx_order *order, char digest[LX_HASH_TEXT])
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { .limit = 4 << 20 };

	lx_buf_printf(&text, "%s/%lld.%s\n", order->type, (long long)order->record, order->act);
	if (order->input != NULL)
		LX_TRY(lx_json_canonical(&text, order->input, &call->fault));
	if (lx_buf_failed(&text))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	lx_hash_text(lx_buf_view(&text), digest);
	return LX_OK;
}

static enum lx_code answered(
	struct lx_work *work, struct lx_order *order, const char *caller, const char *digest)
{
	struct lx_value row[4];
	enum lx_code code = lx_one(
		work->tx, &lx_q_key, (struct lx_value[]){ LX_S(caller), LX_T(order->key) }, row);

	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	if (!lx_text_is(row[0].text, digest))
		return lx_fail(lx_tx_call(work->tx), LX_INVALID, NULL, "act.key_reused", NULL);
	order->again = true;
	order->made_record = row[1].number;
	order->entry = row[2].number;
	order->pending = row[3].number != 0;
	return LX_OK;
}

/* Who names a mandate acts in no other way: neither by another one nor as a resident. */
static enum lx_code by_mandate_alone(
	struct lx_work *work, const struct lx_order *order, struct lx_actor *actor)
{
	size_t kept = 0;

	if (order->mandate == 0)
		return LX_OK;
	for (size_t i = 0; i < actor->mandates_n; i++)
		if (actor->mandates[i].number == order->mandate)
			actor->mandates[kept++] = actor->mandates[i];
	actor->mandates_n = kept;
	actor->resident = false;
	if (kept == 0)
		return lx_fail(lx_tx_call(work->tx), LX_FORBIDDEN, NULL, "act.mandate", "%lld",
			(long long)order->mandate);
	return LX_OK;
}

/* Whose keys are told apart: a person's, or a code's without saying it. */
static void write_caller(const struct lx_order *order, char caller[CALLER_TEXT])
{
	char hash[LX_HASH_TEXT];

	if (order->code.len == 0) {
		(void)snprintf(caller, CALLER_TEXT, "%lld", (long long)order->person);
		return;
	}
	lx_hash_text(order->code, hash);
	(void)snprintf(caller, CALLER_TEXT, "code %s", hash);
}

static enum lx_code load_actor(
	struct lx_work *work, const struct lx_order *order, struct lx_actor *actor)
{
	if (order->code.len == 0)
		return lx_actor_load(work->tx, work->with, order->person, actor);
	return lx_actor_visit(order->code, actor)
		       ? LX_OK
		       : lx_fail(lx_tx_call(work->tx), LX_INVALID, "code", "act.code", NULL);
}

enum lx_code lx_order_job(struct lx_work *work, void *argument)
{
	struct lx_order *order = argument;
	struct lx_call *call = lx_tx_call(work->tx);
	const struct lx_region *region = work->with;
	char caller[CALLER_TEXT], digest[LX_HASH_TEXT];
	LX_CLOSE(lx_json_free) json_t *proof = NULL;
	struct lx_actor actor;

	order->again = order->pending = false;
	write_caller(order, caller);
	if (order->key.len > LX_ORDER_KEY_MAX)
		return lx_fail(call, LX_INVALID, NULL, "act.key_long", NULL);
	if (order->key.len > 0) {
		LX_TRY(digest_of(call, order, digest));
		LX_TRY(answered(work, order, caller, digest));
		if (order->again)
			return LX_OK;
	}
	LX_TRY(load_actor(work, order, &actor));
	LX_TRY(lx_proof_take(work, region, order, &proof));
	LX_TRY(by_mandate_alone(work, order, &actor));
	LX_TRY(lx_perform_signed(work, region, &actor, order, proof));
	if (order->key.len == 0)
		return LX_OK;
	return lx_run(work->tx, &lx_q_key_put,
		(struct lx_value[]){ LX_S(caller), LX_T(order->key), LX_S(digest),
			LX_I(order->made_record), LX_I(order->entry), LX_I(order->pending),
			LX_I(work->now) });
}

enum lx_code lx_init_order_job(struct lx_work *work, void *order)
{
	const struct lx_actor init = { .kind = LX_BY_INIT };

	return lx_perform(work, work->with, &init, order);
}

enum lx_code lx_laying_job(struct lx_work *work, void *argument)
{
	struct lx_laying *laying = argument;

	laying->upload->at = work->now;
	return lx_upload_part(work->tx, work->edge, laying->upload, laying->part);
}
