/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How far the outcome surely stays the same (proved in docs/engines/tally.md). For a fixed order of
 * purchases money left rises and prices fall as shares rise. So between a near and a far share, a
 * voter who can pay at the near end can pay throughout, and one who cannot at the far end cannot
 * anywhere; which bounds how fast money rises (up, down) and prices fall. Two prices that stand in
 * the same order at the near end keep it at least until the gap is used up at the fastest closing.
 */
#include "engines/tally/span.h"

#include <float.h>
#include <math.h>

#define MORE (1 + 1e-9) /* covers the rounding of sums of positive terms */
#define LESS (1 - 1e-9)

/* How fast a price falls with the share, at most and at least. */
struct slope {
	double most, least;
};

enum lx_code lx_tally_span_open(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_span *span)
{
	LX_TRY(lx_tally_run_open(call, view, setting, &span->run));
	LX_TRY(lx_tally_trace_open(call, view->n, &span->trace));
	span->near = lx_array(call, view->rows_n, sizeof *span->near);
	span->up = lx_array(call, view->rows_n, sizeof *span->up);
	span->down = lx_array(call, view->rows_n, sizeof *span->down);
	span->rise = lx_array(call, view->n + 1, sizeof *span->rise);
	if (span->rise == NULL || span->near == NULL || span->up == NULL || span->down == NULL)
		return LX_BROKEN;
	return LX_OK;
}

void lx_tally_span_close(struct lx_tally_span *span)
{
	lx_tally_run_close(&span->run);
}

static void start(struct lx_tally_span *span, lx_int128 near_num, lx_int128 far_num, int64_t den)
{
	const struct lx_tally_view *view = span->run.view;
	double share = (double)near_num / (double)den;
	float doubt = (float)(share * 4 * DBL_EPSILON);

	span->run.trace = &span->trace;
	lx_tally_run_start(&span->run, far_num, den);
	for (size_t row = 0; row < view->rows_n; row++) {
		span->near[row] = (struct lx_purse){ share, doubt, view->weight[row] };
		span->up[row] = span->down[row] = 1;
	}
	span->near_worst = (double)doubt;
	span->width = (double)(far_num - near_num) / (double)den;
	span->extent = span->width;
	span->rise[0] = span->width * MORE;
	span->rise_n = 1;
	span->run.rise = span->rise;
	span->run.rise_part = 1;
	span->run.rise_n = 1;
}

static double use_of(const struct lx_tally_view *view, size_t k)
{
	return view->use == NULL ? 1 : view->use[k];
}

/* The slope of p's level, which is at most `near` at the near end and at least `far` at the far. */
static struct slope slope(const struct lx_tally_span *span, size_t p, double near, double far)
{
	const struct lx_tally_view *view = span->run.view;
	double poor_up = 0, rich_near = 0, poor_down = 0, rich_far = 0;

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k];
		const struct lx_purse *first = &span->near[row], *last = &span->run.purse[row];
		double use = use_of(view, k), people = (double)first->people;
		bool can = first->money - (double)first->doubt > near * use;
		bool never = last->money + (double)last->doubt < far * use;
		rich_near += can ? people * use : 0;
		poor_up += can ? 0 : people * span->up[row];
		poor_down += never ? people * span->down[row] : 0;
		rich_far += never ? 0 : people * use;
	}
	return (struct slope){ rich_near > 0 ? poor_up / rich_near * MORE : (double)INFINITY,
		rich_far > 0 ? poor_down / rich_far * LESS : 0 };
}

/* After w's supporters paid: who cannot pay in full anywhere has nothing left throughout; who can
 * everywhere keeps what the falling price leaves. The purses are those before they pay. */
static void carry(struct lx_tally_span *span, size_t w, double near, double far, struct slope fall)
{
	const struct lx_tally_view *view = span->run.view;
	double most = 0;

	for (size_t k = view->start[w]; k < view->start[w + 1]; k++) {
		uint32_t row = view->voter[k];
		const struct lx_purse *first = &span->near[row], *last = &span->run.purse[row];
		double use = use_of(view, k);
		bool can = first->money - (double)first->doubt > near * use;
		bool never = last->money + (double)last->doubt < far * use;
		span->up[row] = never ? 0 : (span->up[row] + fall.most * use) * MORE;
		span->down[row] = can ? (span->down[row] + fall.least * use) * LESS : 0;
		most = span->up[row] > most ? span->up[row] : most;
	}
	double before = span->rise[span->rise_n - 1], now = most * span->width * MORE;
	span->rise[span->rise_n++] = now > before ? now : before;
	span->run.rise_n = span->rise_n;
}

static double error_near(const struct lx_tally_span *span, size_t p, double all)
{
	const struct lx_tally_view *view = span->run.view;
	double n = (double)(view->start[p + 1] - view->start[p]) + 16;

	return span->near_worst * (double)view->people[p] + n * DBL_EPSILON * all;
}

/* As long as supporters' money cannot reach the cost: `all` is what they have at the near end. */
static double until_affordable(const struct lx_tally_span *span, size_t p, double lacking)
{
	const struct lx_tally_view *view = span->run.view;
	double rise = 0;

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k];
		rise += (double)view->weight[row] * span->up[row];
	}
	return rise > 0 ? lacking / rise * LESS : (double)INFINITY;
}

/* p's level at the near end, between *low and *high, from below; false when they cannot be told.
 * *lacking > 0: its supporters surely lack so much there. */
static bool level_near(const struct lx_tally_span *span, size_t p, double from, double *low,
	double *high, double *lacking)
{
	const struct lx_tally_view *view = span->run.view;
	double cost = (double)view->election->cost[p], y = from;

	*lacking = 0;
	for (int i = 0; i < 64; i++) {
		struct lx_pass pass = lx_tally_pass(view, span->near, p, y);
		double off = error_near(span, p, pass.all);
		if (pass.all < cost - off) {
			*lacking = cost - off - pass.all;
			return true;
		}
		if (pass.rich <= 0)
			return false;
		double step = (cost - pass.poor) / pass.rich;
		if (step > y) {
			y = step;
			continue;
		}
		*low = y - off / pass.rich * MORE - 8 * DBL_EPSILON * y;
		*high = y * (1 + 1e-10) + off / pass.rich * 4;
		pass = lx_tally_pass(view, span->near, p, *high);
		return pass.poor + pass.rich * *high > cost + off;
	}
	return false;
}

/* How far rival c surely stays behind w. */
static double behind(struct lx_tally_span *span, const struct lx_bid *c,
	const struct lx_bid *w_near, const struct lx_bid *w_far, struct slope w)
{
	const struct lx_tally_view *view = span->run.view;
	double unit = (double)view->unit[c->project], w_unit = (double)view->unit[w_far->project];
	double low, high, lacking;

	if (!level_near(span, c->project, c->low * unit, &low, &high, &lacking))
		return 0;
	if (lacking > 0)
		return until_affordable(span, c->project, lacking);
	double gap = low / unit * (1 - 8 * DBL_EPSILON) - w_near->high;
	if (gap <= 0)
		return 0;
	struct slope own = slope(span, c->project, high, c->low * unit);
	double closing = (own.most / unit - w.least / w_unit) * (own.most < INFINITY ? MORE : 1);
	if (closing <= 0)
		return INFINITY;
	double reach = gap / closing * LESS, far_gap = c->low - w_far->high;
	if (far_gap <= 0)
		return reach;
	double opening = w.most / w_unit - own.least / unit;
	if (opening <= 0 || reach + far_gap / opening * LESS > span->width * MORE)
		return INFINITY;
	return reach;
}

static const struct lx_bid *bid_of(const struct lx_tally_run *run, uint16_t p)
{
	for (size_t i = 0; i < run->bids_n; i++)
		if (run->bids[i].project == p)
			return &run->bids[i];
	return NULL;
}

/* A rival of a flat purchase: its price is what it is at the far end, or more. */
static enum lx_code stays_behind(
	struct lx_tally_span *span, const struct lx_bid *c, const struct lx_bid *w_far, bool *stays)
{
	*stays = c->low > w_far->high;
	if (*stays || w_far->low > c->high)
		return LX_OK;
	return lx_tally_run_before(&span->run, w_far->project, c->project, stays);
}

/* One purchase: narrows the extent by every rival, then lets both ends pay. */
static enum lx_code purchase(struct lx_tally_span *span, const struct lx_bid *w_near)
{
	struct lx_tally_run *run = &span->run;
	double near_off, far_off, near = lx_tally_bid_level(run->view, w_near, &near_off);

	LX_TRY(lx_tally_run_gather(run, w_near->high * (1 + 16 * DBL_EPSILON)));
	const struct lx_bid *found = bid_of(run, w_near->project);
	if (found == NULL) {
		span->extent = 0;
		return LX_OK;
	}
	struct lx_bid w_far = *found;
	double far = lx_tally_bid_level(run->view, &w_far, &far_off);
	struct slope w = slope(span, w_far.project, near + near_off, far - far_off);
	for (size_t i = 0; i < run->bids_n && span->extent > 0; i++) {
		bool stays = false;
		if (run->bids[i].project == w_far.project || run->bids[i].low > w_near->high)
			continue;
		if (w_near->flat)
			LX_TRY(stays_behind(span, &run->bids[i], &w_far, &stays));
		if (!stays)
			span->extent = fmin(
				span->extent, behind(span, &run->bids[i], w_near, &w_far, w));
	}
	carry(span, w_far.project, near + near_off, far - far_off, w);
	lx_tally_pay(run->view, span->near, w_far.project, near, near_off, &span->near_worst);
	lx_tally_run_buy(run, &w_far);
	return LX_OK;
}

enum lx_code lx_tally_span_measure(struct lx_tally_span *span, lx_int128 near_num,
	lx_int128 far_num, int64_t den, const struct lx_tally_trace *from)
{
	double step = (double)(far_num - near_num) / (double)den * 1e-9;
	span->run.hint = from;
	start(span, near_num, far_num, den);
	for (size_t i = 0; i < from->n && span->extent > step; i++)
		LX_TRY(purchase(span, &from->bid[i]));
	if (span->extent <= step)
		return LX_OK;
	LX_TRY(lx_tally_run_gather(&span->run, INFINITY));
	for (size_t i = 0; i < span->run.bids_n; i++) {
		double low, high, lacking;
		size_t p = span->run.bids[i].project;
		if (!level_near(span, p, 0, &low, &high, &lacking) || lacking <= 0)
			span->extent = 0;
		else
			span->extent = fmin(span->extent, until_affordable(span, p, lacking));
	}
	return LX_OK;
}
