/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Eigenvalues and vectors of small symmetric matrices by cyclic Jacobi rotations (Golub and Van Loan,
 * Matrix Computations, 8.5). Slow for large ones, exact to the last digits for small ones.
 */
#include "engines/consensus/inner.h"

#include <math.h>

#define SWEEPS 60

/* One rotation that makes a[p][q] zero. */
static void rotate(size_t n, double a[SMALL_MOST][SMALL_MOST],
	double vector[SMALL_MOST][SMALL_MOST], size_t p, size_t q)
{
	double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
	double t = 1 / (fabs(theta) + sqrt(theta * theta + 1));
	if (theta < 0)
		t = -t;
	double c = 1 / sqrt(t * t + 1), s = t * c;

	for (size_t i = 0; i < n; i++) {
		double x = a[i][p], y = a[i][q];
		a[i][p] = c * x - s * y;
		a[i][q] = s * x + c * y;
	}
	for (size_t i = 0; i < n; i++) {
		double x = a[p][i], y = a[q][i];
		a[p][i] = c * x - s * y;
		a[q][i] = s * x + c * y;
	}
	for (size_t i = 0; i < n; i++) {
		double x = vector[i][p], y = vector[i][q];
		vector[i][p] = c * x - s * y;
		vector[i][q] = s * x + c * y;
	}
}

static bool sweep(size_t n, double a[SMALL_MOST][SMALL_MOST], double vector[SMALL_MOST][SMALL_MOST])
{
	bool any = false;

	for (size_t p = 0; p < n; p++)
		for (size_t q = p + 1; q < n; q++) {
			double small = 0x1p-54 * sqrt(fabs(a[p][p] * a[q][q]));
			if (fabs(a[p][q]) <= small || fabs(a[p][q]) < 0x1p-900) {
				a[p][q] = a[q][p] = 0;
				continue;
			}
			rotate(n, a, vector, p, q);
			any = true;
		}
	return any;
}

static void swap_columns(size_t n, double vector[SMALL_MOST][SMALL_MOST], size_t p, size_t q)
{
	for (size_t i = 0; i < n; i++) {
		double x = vector[i][p];
		vector[i][p] = vector[i][q];
		vector[i][q] = x;
	}
}

void lx_ground_jacobi(size_t n, double a[SMALL_MOST][SMALL_MOST], double value[SMALL_MOST],
	double vector[SMALL_MOST][SMALL_MOST])
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			vector[i][j] = i == j;
	for (int i = 0; i < SWEEPS && sweep(n, a, vector); i++)
		continue;
	for (size_t i = 0; i < n; i++)
		value[i] = a[i][i];
	for (size_t i = 0; i < n; i++) {
		size_t best = i;
		for (size_t j = i + 1; j < n; j++)
			if (value[j] > value[best])
				best = j;
		double x = value[i];
		value[i] = value[best];
		value[best] = x;
		if (best != i)
			swap_columns(n, vector, i, best);
	}
}
