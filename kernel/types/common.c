/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Relations that every type knows, and acts that every type has. */
#include "kernel/types/type.h"

const struct lx_relation lx_common_relations[] = { { "anyone", LX_LEVEL, "0" },
	{ "resident", LX_LEVEL, "2" }, /* residence verified */
	{ "official", LX_LEVEL, "3" }, /* any mandate of a member */
	{ "visitor", LX_LEVEL, "4" },  /* with a query code, where the charter lets it */
	{ "clock", LX_LEVEL, "8" },
	{ "machine", LX_LEVEL, "8" }, /* what the server does beside the writer, when it is due */
	{ "cause", LX_LEVEL, "9" },   /* only as the consequence of another act */
	{ "secretariat", LX_ACTS_FOR, "charter.secretariat" },
	{ "treasurer", LX_ACTS_FOR, "charter.treasury", "treasurer" },
	{ "auditor", LX_ACTS_FOR, "charter.audit" }, { "delegate", LX_SITS_IN, "charter.council" },
	{ "person", LX_LEVEL, "1" }, /* signed in */
	END };

/* say: who is asked by the open consent; count: the clock, or what follows the last needed voice; soon, late: the clock;
 * correct: whoever may do the act that is corrected. Their work is done in decide.c, consenting.c and correct.c. */
const struct lx_act lx_common_acts[] = { { "hide", "secretariat", "*", NULL, "reason", "unhide" },
	{ "unhide", "secretariat", "*", NULL, "reason", "hide" },
	{ "gone", "secretariat", "*", NULL, "reason", "-" },
	{ "correct", "anyone", "*", NULL, "reason", "correct" },
	{ "say", "anyone", "*", NULL, "reason?", "-" },
	{ "count", "clock cause", "*", NULL, NULL, "-" },
	{ "soon", "clock", "*", NULL, NULL, "correct" },
	{ "late", "clock", "*", NULL, NULL, "correct" }, END };
