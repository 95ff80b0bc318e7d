/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The linear programme of data envelopment, in doubles:
 *
 *	min theta  with  X lambda + s = theta x0,  Y lambda - t = y0,  sum lambda + a = 1,
 *	lambda, s, t >= 0;   a is free (constant returns) or 0 (variable returns).
 *
 * u = 0 is dual feasible, so the dual simplex starts without a first phase; and each further question
 * about the same unit (variable returns, leaving the unit out) only fixes one more variable at 0, so
 * it goes on from the basis of the one before. Private to this folder.
 */
#ifndef LX_ENGINES_APPRAISE_ENVELOPE_H
#define LX_ENGINES_APPRAISE_ENVELOPE_H

#include "engines/appraise/inner.h"

enum lx_envelope_end { ENVELOPE_OPTIMAL, ENVELOPE_INFEASIBLE, ENVELOPE_STUCK };

/* Variables: lambda_0 … lambda_(units-1), theta, then one logical for each row (s, t, a). All arrays
 * are the owner's: lx_envelope_new. */
struct lx_envelope {
	size_t units, inputs, rows; /* rows: inputs, outputs, convexity */
	const double *data;         /* the reference set: rows - 1 times units, row after row */
	double *matrix; /* the same scaled for the unit appraised, with the row of ones */
	double *theta, *right, *scale;
	double *unit_scale; /* lambda_j is its level times unit_scale[j], a power of 2 */
	size_t *basis;      /* variable of each row */
	bool *in_basis;     /* by variable */
	double *inverse;    /* of the basis, rows × rows */
	double *level;      /* of the basic variables */
	double *reduced;    /* reduced costs, by variable */
	double *pivot;      /* row of the tableau, by variable */
	double *column;     /* of the tableau */
	double *scratch;    /* rows × rows */
	bool variable_returns;
	size_t left_out; /* a unit whose lambda is 0, or NOWHERE */
};

/* Room for programmes over `units` reference units; false beyond memory (fault recorded). `data` is
 * borrowed. */
bool lx_envelope_new(struct lx_call *call, struct lx_envelope *e, size_t units, size_t inputs,
	size_t outputs, const double *data);

/* Sets up the unit with inputs and outputs x0y0, and finds its constant-returns optimum. Rows are
 * scaled by the unit's own amounts. */
enum lx_envelope_end lx_envelope_start(struct lx_envelope *e, const double *x0y0);

/* Goes on after variable_returns or left_out have been changed. */
enum lx_envelope_end lx_envelope_go_on(struct lx_envelope *e);

/* Theta of the basis. */
double lx_envelope_score(const struct lx_envelope *e);

/* Whether the basis is proved optimal: both programmes feasible with one value, recomputed from the
 * scaled data. */
bool lx_envelope_proved(const struct lx_envelope *e);

/* With theta as it is, the largest sum of slacks; the score stays as it was. */
enum lx_envelope_end lx_envelope_slacks(struct lx_envelope *e);

/* Takes over another's state, both made for the same sizes. */
void lx_envelope_copy(struct lx_envelope *to, const struct lx_envelope *from);

#endif
