/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Weights, norms, distances and keys. No library function that differs between C libraries. */
#include "engines/similar/score.h"

#include <math.h>
#include <string.h>

#define LN2      0.69314718055994530942
#define EARTH_KM 6371.0
#define RADIANS  (3.14159265358979323846 / 180e6) /* a millionth of a degree */
#define TURN     INT64_C(360000000)
#define MIX_A    UINT64_C(0x9e3779b97f4a7c15)
#define MIX_B    UINT64_C(0xd6e8feb86659fd93)

double lx_similar_ln(double x)
{
	int exponent;
	double m = frexp(x, &exponent); /* exact; m in [0.5, 1) */

	if (m < 0.70710678118654752) {
		m *= 2;
		exponent--;
	}
	double t = (m - 1) / (m + 1), square = t * t, sum = 0;
	for (int k = 23; k >= 1; k -= 2)
		sum = sum * square + 1.0 / k;
	return 2 * t * sum + exponent * LN2;
}

uint32_t lx_similar_weight(uint64_t n, uint64_t df)
{
	double ratio = ((double)(n - df) + 0.5) / ((double)df + 0.5);

	return (uint32_t)(lx_similar_ln(1 + ratio) * LX_WEIGHT_ONE + 0.5);
}

double lx_similar_norm(uint32_t length, double average)
{
	return 2.2 / (1 + 1.2 * (0.25 + 0.75 * length / average));
}

/* The cosine for |x| <= pi / 2, by its series. */
static double cosine(double x)
{
	double square = x * x, sum = 0;

	for (int k = 14; k >= 2; k -= 2)
		sum = (1 - sum) * square / (k * (k - 1));
	return 1 - sum;
}

double lx_similar_km(struct lx_similar_place a, struct lx_similar_place b)
{
	int64_t across = (int64_t)a.east - b.east;

	across %= TURN;
	if (across > TURN / 2)
		across -= TURN;
	if (across < -TURN / 2)
		across += TURN;
	double y = (double)((int64_t)a.north - b.north) * RADIANS;
	double middle = (double)((int64_t)a.north + b.north) / 2 * RADIANS;
	double x = (double)across * RADIANS * cosine(middle);
	return EARTH_KM * sqrt(x * x + y * y);
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= MIX_A;
	h ^= h >> 29;
	h *= MIX_B;
	return h ^ h >> 32;
}

static uint64_t load(const char *at, size_t n)
{
	uint64_t word = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(&word, at, n);
#else
	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)(unsigned char)at[i] << 8 * i;
#endif
	return word;
}

uint64_t lx_similar_key(struct lx_text token)
{
	uint64_t h = token.len * MIX_A;
	size_t i = 0;

	for (; token.len - i > 8; i += 8)
		h = mix(h ^ load(token.at + i, 8));
	return mix(h ^ load(token.at + i, token.len - i));
}

uint32_t lx_similar_twin_key(struct lx_text normal)
{
	uint64_t h = 0;

	for (size_t i = 0; i < normal.len; i++)
		if (normal.at[i] != ' ')
			h = (h ^ (unsigned char)normal.at[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(mix(h) >> 16);
}

bool lx_similar_same(struct lx_text a, struct lx_text b)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a.len && a.at[i] == ' ')
			i++;
		while (k < b.len && b.at[k] == ' ')
			k++;
		if (i == a.len || k == b.len)
			return i == a.len && k == b.len;
		if (a.at[i++] != b.at[k++])
			return false;
	}
}
