/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Ballots of the demonstration's residents: { "who", "act": "cast", "approves": [codes of entrants] }. They are sealed for the round's
 * key as the voting page seals them; and what the machine does beside the writer (opening, counting) is done whenever it is due.
 */
#include "cli/demo.h"
#include "modules/modules.h"
#include "modules/rounds/rounds.h"

static enum lx_code load_round(struct lx_demo *demo, int64_t number, struct lx_record *round)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	const struct lx_shape *shape = lx_shape_find(&demo->opened->region, LX_TEXT_OF("round"));

	LX_TRY(lx_store_read(demo->opened->store, &demo->cli->call, &tx));
	return lx_record_load(tx, shape, number, round);
}

static enum lx_code mark(struct lx_demo *demo, const json_t *approves,
	const struct lx_entrant *entrants, size_t n, struct lx_ballot *ballot)
{
	for (size_t i = 0; i < json_array_size(approves); i++) {
		const char *code = json_string_value(json_array_get(approves, i));
		size_t at = 0;
		while (at < n && (code == NULL || !lx_text_is(entrants[at].code, code)))
			at++;
		if (at == n)
			return lx_fail(&demo->cli->call, LX_INVALID, NULL, "demo.data", "%s",
				code == NULL ? "approves" : code);
		ballot->approved[at] = true;
	}
	return LX_OK;
}

enum lx_code lx_demo_ballot(
	struct lx_demo *demo, int64_t number, const json_t *approves, struct lx_text *box)
{
	struct lx_call *call = &demo->cli->call;
	unsigned char *sealed = lx_alloc(call, LX_BOX_MAX);
	struct lx_ballot *ballot = lx_alloc(call, sizeof *ballot);
	struct lx_entrant *entrants;
	struct lx_record round;
	size_t n, length;

	if (sealed == NULL || ballot == NULL)
		return LX_BROKEN;
	LX_TRY(load_round(demo, number, &round));
	LX_TRY(lx_round_entrants(call, &round, &entrants, &n));
	LX_TRY(mark(demo, approves, entrants, n, ballot));
	lx_tracking_make(ballot->tracking);
	LX_TRY(lx_ballot_seal(
		call, ballot, n, lx_record_value(&round, "key").text, sealed, &length));
	*box = (struct lx_text){ (char *)sealed, length };
	return LX_OK;
}

enum lx_code lx_demo_beside(struct lx_demo *demo)
{
	const struct lx_background work = { &demo->cli->call, demo->opened->store,
		demo->opened->writer, &demo->opened->region, demo->opened->keys };

	for (size_t i = 0; lx_module_background[i] != NULL; i++)
		LX_TRY(lx_module_background[i](&work));
	return LX_OK;
}
