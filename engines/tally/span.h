/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How far the outcome of Equal Shares surely stays the same when shares rise: what lets Add1 jump.
 * Not for others.
 */
#ifndef LX_ENGINES_TALLY_SPAN_H
#define LX_ENGINES_TALLY_SPAN_H

#include "engines/tally/run.h"

/* Memory for spans. `run` is led at the far end; `near` are the purses at the near end; up[], down[]
 * bound how fast a row's money rises with the share; rise[r], r < rise_n, is the most that any row's can rise over the width up to round r. */
struct lx_tally_span {
	struct lx_tally_run run;
	struct lx_purse *near;
	double near_worst, width, extent, *up, *down, *rise;
	size_t rise_n;
	struct lx_tally_trace trace;
};

/* Memory from the call's arena. */
LX_CHECK enum lx_code lx_tally_span_open(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_span *span);

/* `from` is the trace of the run with shares near_num / den. Leads the same purchases with far_num /
 * den. span->extent: from the near share on, the outcome is the same for so much more share (less
 * than it may be, never more; at most the width). When it is the width, span->trace is the far run's. */
LX_CHECK enum lx_code lx_tally_span_measure(struct lx_tally_span *span, lx_int128 near_num,
	lx_int128 far_num, int64_t den, const struct lx_tally_trace *from);

/* For LX_CLOSE. */
void lx_tally_span_close(struct lx_tally_span *span);

#endif
