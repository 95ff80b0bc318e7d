/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where each person stands between the middle of all and the middle of the own group. */
#include "engines/consensus/inner.h"

#include <math.h>

/* Sums in the order of rows, which ascend by id: the same bits for any order of votes. */
static void find_centres(const struct lx_ground *ground, double all[2], double (*centre)[2])
{
	double sums[2] = { 0 }, n = 0, size[LX_GROUPS_MOST] = { 0 };

	for (unsigned g = 0; g < LX_GROUPS_MOST; g++)
		centre[g][0] = centre[g][1] = 0;
	for (size_t i = 0; i < ground->people; i++) {
		uint8_t g = ground->group[i];
		if (g == LX_NO_GROUP)
			continue;
		for (size_t c = 0; c < 2; c++) {
			sums[c] += ground->xy[i][c];
			centre[g][c] += ground->xy[i][c];
		}
		size[g]++;
		n++;
	}
	for (size_t c = 0; c < 2; c++) {
		all[c] = n > 0 ? sums[c] / n : 0;
		for (unsigned g = 0; g < LX_GROUPS_MOST; g++)
			centre[g][c] = size[g] > 0 ? centre[g][c] / size[g] : 0;
	}
}

static double distance(const double a[2], const double b[2])
{
	double x = a[0] - b[0], y = a[1] - b[1];

	return sqrt(x * x + y * y);
}

enum lx_code lx_ground_standings(
	struct lx_call *call, const struct lx_ground *ground, struct lx_standing **standings)
{
	double all[2], centre[LX_GROUPS_MOST][2];
	struct lx_standing *made = lx_array(call, ground->people, sizeof *made);

	if (made == NULL)
		return LX_BROKEN;
	find_centres(ground, all, centre);
	for (size_t i = 0; i < ground->people; i++) {
		uint8_t g = ground->group[i];
		if (g == LX_NO_GROUP)
			continue;
		const double *own = centre[g];
		double away[2] = { own[0] - all[0], own[1] - all[1] };
		double length = distance(own, all);
		made[i].to_all = distance(ground->xy[i], all);
		made[i].to_group = distance(ground->xy[i], own);
		made[i].outward = length > 0 ? ((ground->xy[i][0] - all[0]) * away[0] +
						       (ground->xy[i][1] - all[1]) * away[1]) /
						       length
					     : 0;
	}
	*standings = made;
	return LX_OK;
}
