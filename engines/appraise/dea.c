/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * DEA and Malmquist: the programmes of envelope.h for every unit, in parallel. For one unit they run
 * from CCR to its super-efficiency, and from CCR to BCC to its super-efficiency, each going on where
 * the one before ended.
 */
#include "engines/appraise/envelope.h"

#include "base/parallel.h"

#include <math.h>

#define SAME_SCALE 1e-8 /* CCR and BCC this near are constant returns */
#define MULTIPLIER 1e-9 /* lambdas below are not peers */

struct bench {
	const struct lx_grid *table;
	size_t inputs;
	struct lx_envelope *main, *side; /* by worker */
	struct lx_dea *out;
	double *multiplier[2]; /* units × columns + 1: lambdas of the basis, CCR and BCC */
	size_t *peer[2];
};

/* What a unit must be to be appraised. */
static enum lx_code check(struct lx_call *call, const struct lx_grid *t, size_t inputs)
{
	LX_TRY(lx_check_table(call, t, 1, false, false));
	if (inputs == 0 || inputs >= t->columns)
		return lx_fail(call, LX_INVALID, NULL, "appraise.dea_columns", NULL);
	if (t->columns > LX_DEA_COLUMNS_MAX)
		return lx_fail(
			call, LX_INVALID, NULL, "appraise.dea_many", "%d", LX_DEA_COLUMNS_MAX);
	for (size_t r = 0; r < t->rows; r++) {
		double in = 0, made = 0;
		for (size_t c = 0; c < t->columns; c++)
			*(c < inputs ? &in : &made) += t->at[r * t->columns + c];
		if (!(in > 0))
			return lx_cell_fault(call, t, r, NOWHERE, "appraise.no_inputs");
		if (!(made > 0))
			return lx_cell_fault(call, t, r, NOWHERE, "appraise.no_outputs");
	}
	return LX_OK;
}

/* The table by columns, which is how the programmes read it. */
static double *by_columns(struct lx_call *call, const struct lx_grid *t)
{
	double *data = lx_doubles(call, t->rows * t->columns);

	for (size_t i = 0; data != NULL && i < t->rows * t->columns; i++)
		data[i % t->columns * t->rows + i / t->columns] = t->at[i];
	return data;
}

/* One for each thread that `pieces` of work may have. */
static struct lx_envelope *envelopes(struct lx_call *call, const struct lx_grid *t, size_t inputs,
	const double *data, size_t pieces)
{
	unsigned n = lx_workers(call, pieces);
	struct lx_envelope *all = lx_array(call, n, sizeof *all);

	if (all == NULL || data == NULL)
		return NULL;
	for (unsigned i = 0; i < n; i++)
		if (!lx_envelope_new(call, &all[i], t->rows, inputs, t->columns - inputs, data))
			return NULL;
	return all;
}

static enum lx_code unproved(struct lx_fault *fault, const struct bench *b, size_t unit)
{
	struct lx_text name = b->table->row_names == NULL ? lx_text("") : b->table->row_names[unit];
	char field[LX_FIELD_MAX] = "";

	for (size_t i = 0; i < lx_utf8_cut(name.at, name.len, sizeof field - 1); i++)
		field[i] = name.at[i];
	return lx_fault_set(fault, LX_BROKEN, field, "appraise.unproved", "%zu", unit + 1);
}

/* Slacks, targets and peers of an optimum. The envelope is changed; its score stays. */
static bool explain(const struct bench *b, struct lx_envelope *e, size_t unit, bool variable)
{
	struct lx_frontier *f = variable ? &b->out->bcc : &b->out->ccr;
	size_t columns = b->table->columns, peers = 0;
	const double *own = b->table->at + unit * columns;
	double *slack = f->slack + unit * columns, *target = f->target + unit * columns;

	if (lx_envelope_slacks(e) != ENVELOPE_OPTIMAL)
		return false;
	for (size_t r = 0; r < e->rows; r++) {
		size_t j = e->basis[r];
		double level = fmax(e->level[r], 0);
		if (j < e->units && level > MULTIPLIER) {
			b->peer[variable][unit * (columns + 1) + peers] = j;
			b->multiplier[variable][unit * (columns + 1) + peers++] = level *
										  e->unit_scale[j];
		} else if (j > e->units && j < e->units + e->rows) {
			size_t c = j - e->units - 1;
			slack[c] = level > MULTIPLIER ? level * e->scale[c] : 0;
		}
	}
	for (size_t c = 0; c < columns; c++)
		target[c] = c < b->inputs ? f->score[unit] * own[c] - slack[c] : own[c] + slack[c];
	return true;
}

/* The score of a unit that is left out of the reference set. */
static bool without_itself(struct lx_envelope *e, size_t unit, double *score)
{
	e->left_out = unit;
	enum lx_envelope_end end = lx_envelope_go_on(e);
	bool proved = end == ENVELOPE_OPTIMAL && lx_envelope_proved(e);
	*score = proved ? lx_envelope_score(e) : NAN;
	e->left_out = NOWHERE;
	return proved || end == ENVELOPE_INFEASIBLE;
}

static bool appraise_by(const struct bench *b, struct lx_envelope *e, struct lx_envelope *side,
	size_t unit, bool variable)
{
	struct lx_frontier *f = variable ? &b->out->bcc : &b->out->ccr;

	if (!lx_envelope_proved(e))
		return false;
	double score = lx_envelope_score(e);
	f->score[unit] = score > 1 - 1e-11 ? 1 : score;
	lx_envelope_copy(side, e);
	if (!explain(b, side, unit, variable))
		return false;
	lx_envelope_copy(side, e);
	return without_itself(side, unit, &f->super[unit]);
}

static enum lx_code appraise_unit(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct bench *b = with;
	struct lx_envelope *e = &b->main[worker], *side = &b->side[worker];

	if (lx_envelope_start(e, b->table->at + i * b->table->columns) != ENVELOPE_OPTIMAL ||
		!appraise_by(b, e, side, i, false))
		return unproved(fault, b, i);
	double sum = 0;
	for (size_t r = 0; r < e->rows; r++)
		sum += e->basis[r] < e->units ? e->level[r] * e->unit_scale[e->basis[r]] : 0;
	e->variable_returns = true;
	if (lx_envelope_go_on(e) != ENVELOPE_OPTIMAL || !appraise_by(b, e, side, i, true))
		return unproved(fault, b, i);
	double ccr = b->out->ccr.score[i], bcc = b->out->bcc.score[i];
	b->out->scale[i] = ccr / bcc;
	/* below the scale that is best all optima have sum < 1, above it > 1 (Banker & Thrall 1992) */
	b->out->returns[i] = bcc - ccr <= SAME_SCALE ? LX_CRS : sum < 1 ? LX_IRS : LX_DRS;
	return LX_OK;
}

static bool frontier_room(struct lx_call *call, const struct lx_grid *t, struct lx_frontier *f)
{
	f->score = lx_doubles(call, t->rows);
	f->super = lx_doubles(call, t->rows);
	f->slack = lx_doubles(call, t->rows * t->columns);
	f->target = lx_doubles(call, t->rows * t->columns);
	f->peers.first = lx_array(call, t->rows + 1, sizeof(size_t));
	return call->fault.code == LX_OK;
}

/* Peers in the order of rows, packed. */
static enum lx_code gather_peers(
	struct lx_call *call, const struct bench *b, bool variable, struct lx_peers *peers)
{
	size_t wide = b->table->columns + 1, n = 0;
	const double *multiplier = b->multiplier[variable];
	const size_t *peer = b->peer[variable];

	for (size_t i = 0; i < b->table->rows * wide; i++)
		n += multiplier[i] > 0;
	peers->unit = lx_array(call, n, sizeof(size_t));
	peers->multiplier = lx_doubles(call, n);
	if (peers->unit == NULL || peers->multiplier == NULL)
		return LX_BROKEN;
	n = 0;
	for (size_t u = 0; u < b->table->rows; u++) {
		peers->first[u] = n;
		for (size_t last = 0, k = 0; k < wide && multiplier[u * wide + k] > 0; k++) {
			size_t next = NOWHERE, at = 0;
			for (size_t i = 0; i < wide && multiplier[u * wide + i] > 0; i++)
				if (peer[u * wide + i] >= last && peer[u * wide + i] < next)
					next = peer[u * wide + (at = i)];
			peers->unit[n] = next;
			peers->multiplier[n++] = multiplier[u * wide + at];
			last = next + 1;
		}
	}
	peers->first[b->table->rows] = n;
	return LX_OK;
}

enum lx_code lx_dea(
	struct lx_call *call, const struct lx_grid *table, size_t inputs, struct lx_dea *out)
{
	struct lx_dea found = { 0 };

	LX_TRY(check(call, table, inputs));
	size_t wide = table->rows * (table->columns + 1);
	struct bench b = { .table = table, .inputs = inputs, .out = &found };
	double *data = by_columns(call, table);
	b.main = envelopes(call, table, inputs, data, table->rows);
	b.side = envelopes(call, table, inputs, data, table->rows);
	for (int k = 0; k < 2; k++) {
		b.multiplier[k] = lx_doubles(call, wide);
		b.peer[k] = lx_array(call, wide, sizeof(size_t));
	}
	found.scale = lx_doubles(call, table->rows);
	found.returns = lx_array(call, table->rows, sizeof *found.returns);
	if (!frontier_room(call, table, &found.ccr) || !frontier_room(call, table, &found.bcc))
		return LX_BROKEN;
	LX_TRY(lx_parallel(call, table->rows, appraise_unit, &b));
	LX_TRY(gather_peers(call, &b, false, &found.ccr.peers));
	LX_TRY(gather_peers(call, &b, true, &found.bcc.peers));
	*out = found;
	return LX_OK;
}

/* ---- Malmquist ---- */

struct ladder {
	struct bench *bench; /* by period of the frontier */
	const struct lx_grid *period;
	size_t n;
	double *score; /* [frontier][0: the period before, 1: same, 2: after][unit] */
};

/* The scores of one unit against one frontier, from the period before, its own, and after. */
static enum lx_code climb(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct ladder *l = with;
	size_t units = l->period[0].rows, frontier = i / units, unit = i % units;
	struct lx_envelope *e = &l->bench[frontier].main[worker];

	for (size_t k = 0; k < 3; k++) {
		double *score = &l->score[(frontier * 3 + k) * units + unit];
		*score = NAN;
		if (frontier + k < 1 || frontier + k - 1 >= l->n)
			continue;
		const struct lx_grid *from = &l->period[frontier + k - 1];
		enum lx_envelope_end end = lx_envelope_start(e, from->at + unit * from->columns);
		if (end == ENVELOPE_OPTIMAL && lx_envelope_proved(e))
			*score = lx_envelope_score(e);
		else if (end != ENVELOPE_INFEASIBLE)
			return unproved(fault, &l->bench[frontier], unit);
	}
	return LX_OK;
}

static void indices(const struct ladder *l, struct lx_malmquist *out)
{
	size_t units = l->period[0].rows;

	for (size_t p = 0; p + 1 < l->n; p++)
		for (size_t u = 0; u < units; u++) {
			const double *old = l->score + p * 3 * units + u, *new = old + 3 * units;
			double old_on_old = old[units], new_on_old = old[2 * units];
			double old_on_new = new[0], new_on_new = new[units];
			size_t at = p * units + u;
			out->ec[at] = new_on_new / old_on_old;
			out->tc[at] = sqrt(new_on_old / new_on_new * (old_on_old / old_on_new));
			out->mi[at] = out->ec[at] * out->tc[at];
		}
}

static enum lx_code check_periods(
	struct lx_call *call, const struct lx_grid *periods, size_t n, size_t inputs)
{
	if (n < 2 || n > LX_PERIODS_MAX)
		return lx_fail(
			call, LX_INVALID, "periods", "appraise.periods", "%d", LX_PERIODS_MAX);
	for (size_t p = 0; p < n; p++) {
		LX_TRY(check(call, &periods[p], inputs));
		if (periods[p].rows != periods[0].rows || periods[p].columns != periods[0].columns)
			return lx_fail(
				call, LX_INVALID, "data", "appraise.periods_differ", "%zu", p + 1);
	}
	return LX_OK;
}

enum lx_code lx_malmquist(struct lx_call *call, const struct lx_grid *periods, size_t n,
	size_t inputs, struct lx_malmquist *out)
{
	LX_TRY(check_periods(call, periods, n, inputs));
	size_t units = periods[0].rows, wide = (n - 1) * units;
	struct ladder l = { .period = periods, .n = n };
	struct lx_malmquist found = { lx_doubles(call, wide), lx_doubles(call, wide),
		lx_doubles(call, wide) };
	l.bench = lx_array(call, n, sizeof *l.bench);
	l.score = lx_doubles(call, n * 3 * units);
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	for (size_t p = 0; p < n; p++) {
		l.bench[p].table = &periods[p];
		l.bench[p].main = envelopes(
			call, &periods[p], inputs, by_columns(call, &periods[p]), n * units);
		if (l.bench[p].main == NULL)
			return LX_BROKEN;
	}
	LX_TRY(lx_parallel(call, n * units, climb, &l));
	indices(&l, &found);
	*out = found;
	return LX_OK;
}
