/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * AHP (Saaty 1977, 1980): weights from judgements in pairs, and how far the judgements agree with one
 * another. Judgements are fractions, so that 1/3 is the reciprocal of 3 and 0.33 is not.
 */
#include "engines/appraise/inner.h"

#include <math.h>

#define DIGITS_MAX 9
#define ROUNDS_MAX 10000

/* Random indices for n = 0 … 10: Saaty 1980 (the one with 1.32 for n = 7), and a later table (1.35). */
static const double random_index[] = { 0, 0, 0, .58, .90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49 };
static const double random_index_later[] = { 0, 0, 0, .52, .89, 1.11, 1.25, 1.35, 1.40, 1.45,
	1.49 };

/* Digits with an optional point, as a whole number over a power of ten. */
static bool read_side(struct lx_text text, int64_t *up, int64_t *down)
{
	size_t digits = 0;
	bool point = false;

	*up = 0;
	*down = 1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (text.at[i] < '0' || text.at[i] > '9' || ++digits > DIGITS_MAX)
			return false;
		*up = 10 * *up + (text.at[i] - '0');
		if (point)
			*down *= 10;
	}
	return digits > 0 && *up > 0;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

bool lx_judgement_read(struct lx_text text, struct lx_judgement *ratio)
{
	struct lx_text rest = lx_text_trim(text), side;
	int64_t up, up_scale, down = 1, down_scale = 1;

	if (!lx_text_split(&rest, '/', &side) || !read_side(lx_text_trim(side), &up, &up_scale))
		return false;
	bool slash = side.len < lx_text_trim(text).len;
	if (slash && !read_side(lx_text_trim(rest), &down, &down_scale))
		return false;
	up *= down_scale;
	down *= up_scale;
	int64_t divisor = common_divisor(up, down);
	*ratio = (struct lx_judgement){ up / divisor, down / divisor };
	return true;
}

static enum lx_code check(
	struct lx_call *call, const struct lx_grid *square, const struct lx_judgement *judgement)
{
	size_t n = square->rows;

	for (size_t i = 0; i < n; i++) {
		if (judgement[i * n + i].up != judgement[i * n + i].down)
			return lx_cell_fault(call, square, i, i, "appraise.diagonal");
		for (size_t j = 0; j < i; j++) {
			struct lx_judgement a = judgement[i * n + j], b = judgement[j * n + i];
			if (a.up != b.down || a.down != b.up)
				return lx_cell_fault(call, square, i, j, "appraise.reciprocal");
		}
	}
	return LX_OK;
}

static void normalise(size_t n, double *x)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	for (size_t i = 0; i < n; i++)
		x[i] /= sum;
}

/* Power iteration from `x` until it stands still; `y` is scratch. Returns the eigenvalue. Positive matrices have
 * one largest eigenvalue, so this converges (Perron). */
static double principal(size_t n, const double *a, double *x, double *y)
{
	double lambda = 0;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		double moved = 0;
		lambda = 0;
		for (size_t i = 0; i < n; i++) {
			y[i] = 0;
			for (size_t j = 0; j < n; j++)
				y[i] += a[i * n + j] * x[j];
			lambda += y[i];
		}
		for (size_t i = 0; i < n; i++) {
			moved = fmax(moved, fabs(y[i] / lambda - x[i]));
			x[i] = y[i] / lambda;
		}
		if (moved < 1e-15)
			break;
	}
	return lambda;
}

static void geometric(size_t n, const double *a, double *x)
{
	for (size_t i = 0; i < n; i++) {
		double logs = 0;
		for (size_t j = 0; j < n; j++)
			logs += log(a[i * n + j]);
		x[i] = exp(logs / (double)n);
	}
	normalise(n, x);
}

static void worst_triad(size_t n, const double *a, struct lx_ahp *out)
{
	double worst = -1;

	out->triad_ratio = 1;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			for (size_t k = j + 1; k < n; k++) {
				double ratio = a[i * n + j] * a[j * n + k] / a[i * n + k];
				if (fabs(log(ratio)) <= worst + 1e-12)
					continue;
				worst = fabs(log(ratio));
				out->triad[0] = i;
				out->triad[1] = j;
				out->triad[2] = k;
				out->triad_ratio = ratio;
			}
}

static double consistency(size_t n, double ci, const double *table)
{
	if (n <= 2)
		return 0;
	return n <= 10 ? ci / table[n] : NAN;
}

enum lx_code lx_ahp(struct lx_call *call, size_t n, const struct lx_judgement *judgement,
	const struct lx_text *names, struct lx_ahp *out)
{
	const struct lx_grid square = { n, n, NULL, names, names };
	struct lx_ahp found = { .n = n };

	if (n == 0 || n > LX_JUDGED_MAX)
		return lx_fail(
			call, LX_INVALID, "matrix", "appraise.judged_many", "%d", LX_JUDGED_MAX);
	LX_TRY(check(call, &square, judgement));
	double *a = lx_doubles(call, n * n), *scratch = lx_doubles(call, n);
	found.eigenvector = lx_doubles(call, n);
	found.geometric_mean = lx_doubles(call, n);
	if (a == NULL || scratch == NULL || found.eigenvector == NULL ||
		found.geometric_mean == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n * n; i++)
		a[i] = (double)judgement[i].up / (double)judgement[i].down;
	geometric(n, a, found.geometric_mean);
	for (size_t i = 0; i < n; i++)
		found.eigenvector[i] = found.geometric_mean[i];
	found.lambda_max = principal(n, a, found.eigenvector, scratch);
	if (n > 1)
		found.ci = fmax(0, (found.lambda_max - (double)n) / ((double)n - 1));
	found.cr = consistency(n, found.ci, random_index);
	found.cr_later = consistency(n, found.ci, random_index_later);
	worst_triad(n, a, &found);
	*out = found;
	return LX_OK;
}
