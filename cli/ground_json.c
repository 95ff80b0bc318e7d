/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* `lianxi ground --format json`: every figure, in the names that Polis users' tools know. */
#include "cli/ground.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>

static void key_int(struct lx_json *json, const char *key, int64_t number)
{
	lx_json_key(json, key);
	lx_json_int(json, number);
}

static void key_real(struct lx_json *json, const char *key, double number)
{
	lx_json_key(json, key);
	lx_json_real(json, number);
}

static void reals(struct lx_json *json, const char *key, const double *of, size_t n)
{
	lx_json_key(json, key);
	lx_json_open(json, '[');
	for (size_t i = 0; i < n; i++)
		lx_json_real(json, of[i]);
	lx_json_close(json, ']');
}

static void ids(struct lx_json *json, const char *key, const int64_t *of, size_t n)
{
	lx_json_key(json, key);
	lx_json_open(json, '[');
	for (size_t i = 0; i < n; i++)
		lx_json_int(json, of[i]);
	lx_json_close(json, ']');
}

/* Statements whose flags hold all of `flag`. */
static void flagged(
	struct lx_json *json, const char *key, const struct lx_opinions *o, uint8_t flag)
{
	lx_json_key(json, key);
	lx_json_open(json, '[');
	for (size_t j = 0; j < o->statements; j++)
		if (o->flag != NULL && (o->flag[j] & flag) != 0)
			lx_json_int(json, o->statement[j]);
	lx_json_close(json, ']');
}

static void voice(
	struct lx_json *json, const struct lx_ground *g, const struct lx_voice *v, bool full)
{
	struct lx_interval between = lx_wilson(v->successes, v->trials);

	lx_json_open(json, '{');
	key_int(json, "tid", g->statement[v->statement]);
	key_int(json, "n_success", v->successes);
	key_int(json, "n_trials", v->trials);
	key_real(json, "p_success", v->share);
	key_real(json, "p_test", v->share_test);
	if (full) {
		key_real(json, "repness", v->ratio);
		key_real(json, "repness_test", v->ratio_test);
		lx_json_key(json, "for");
		lx_json_str(json, v->agree ? "agree" : "disagree");
	}
	if (v->best) {
		lx_json_key(json, "best_agree");
		lx_json_bool(json, true);
	}
	key_real(json, "low", between.low);
	key_real(json, "high", between.high);
	lx_json_close(json, '}');
}

static void speaks(struct lx_json *json, const struct ground_run *run)
{
	struct lx_voice voices[LX_LISTED + 1];

	lx_json_key(json, "repness");
	lx_json_open(json, '{');
	for (unsigned g = 0; lx_cli_ground_shows_groups(run) && g < run->ground.k; g++) {
		char name[16];
		size_t n = lx_ground_speaks(&run->ground, g, voices);
		(void)snprintf(name, sizeof name, "%u", g);
		lx_json_key(json, name);
		lx_json_open(json, '[');
		for (size_t i = 0; i < n; i++)
			voice(json, &run->ground, &voices[i], true);
		lx_json_close(json, ']');
	}
	lx_json_close(json, '}');
}

static void majority(struct lx_json *json, const struct lx_ground *ground)
{
	struct lx_voice voices[LX_LISTED];

	lx_json_key(json, "consensus");
	lx_json_open(json, '{');
	for (int agree = 1; agree >= 0; agree--) {
		size_t n = lx_ground_majority(ground, agree != 0, voices);
		lx_json_key(json, agree ? "agree" : "disagree");
		lx_json_open(json, '[');
		for (size_t i = 0; i < n; i++)
			voice(json, ground, &voices[i], false);
		lx_json_close(json, ']');
	}
	lx_json_close(json, '}');
}

/* One list for every number of groups that was looked at: figure by k. */
static void splits(struct lx_json *json, const struct lx_ground *ground)
{
	char name[16];

	for (int inertia = 0; inertia < 2; inertia++) {
		lx_json_key(json, inertia ? "inertia" : "silhouette");
		lx_json_open(json, '{');
		for (unsigned k = 2; k <= LX_GROUPS_MOST; k++) {
			const struct lx_split *split = &ground->split[k];
			(void)snprintf(name, sizeof name, "%u", k);
			if (split->tried)
				key_real(json, name, inertia ? split->inertia : split->silhouette);
		}
		lx_json_close(json, '}');
	}
	lx_json_key(json, "admissible");
	lx_json_open(json, '[');
	for (unsigned k = 2; k <= LX_GROUPS_MOST; k++)
		if (ground->split[k].admissible)
			lx_json_int(json, k);
	lx_json_close(json, ']');
}

static void count(struct lx_json *json, struct lx_count c)
{
	struct lx_interval agree = lx_wilson(c.agree, c.votes);
	struct lx_interval disagree = lx_wilson(c.disagree, c.votes);

	lx_json_open(json, '{');
	key_int(json, "agree", c.agree);
	key_int(json, "disagree", c.disagree);
	key_int(json, "pass", c.votes - c.agree - c.disagree);
	reals(json, "agree_between", (double[]){ agree.low, agree.high }, 2);
	reals(json, "disagree_between", (double[]){ disagree.low, disagree.high }, 2);
	lx_json_close(json, '}');
}

/* The counts behind every statement: all, then group by group. */
static void counts(struct lx_json *json, const struct ground_run *run)
{
	const struct lx_ground *g = &run->ground;

	lx_json_key(json, "counts");
	lx_json_open(json, '[');
	for (size_t j = 0; j < g->statements; j++) {
		lx_json_open(json, '{');
		key_int(json, "tid", g->statement[j]);
		lx_json_key(json, "all");
		count(json, g->all[j]);
		lx_json_key(json, "groups");
		lx_json_open(json, '[');
		for (size_t h = 0; lx_cli_ground_shows_groups(run) && h < g->k; h++)
			count(json, g->count[h * g->statements + j]);
		lx_json_close(json, ']');
		for (size_t kind = 0; kind < LX_VOTERS; kind++)
			if (run->others[kind] != NULL) {
				lx_json_key(json, lx_voter_names[kind]);
				count(json, run->others[kind][j]);
			}
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void found(struct lx_json *json, const char *key, const struct lx_ground *ground,
	const struct lx_found *list, size_t n, bool sides)
{
	lx_json_key(json, key);
	lx_json_open(json, '[');
	for (size_t i = 0; i < n; i++) {
		lx_json_open(json, '{');
		key_int(json, "tid", ground->statement[list[i].statement]);
		key_real(json, "score", list[i].score);
		if (sides) {
			lx_json_key(json, "for");
			lx_json_str(json, list[i].agree ? "agree" : "disagree");
			key_int(json, "a", list[i].a);
			key_int(json, "b", list[i].b);
			reals(json, "between",
				(double[]){ list[i].between.low, list[i].between.high }, 2);
		}
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

/* For every two groups the statements on which they stand together. */
static void bridges(struct lx_json *json, struct ground_run *run)
{
	struct lx_found *list;
	size_t n;

	lx_json_key(json, "bridging");
	lx_json_open(json, '[');
	for (unsigned a = 0; lx_cli_ground_shows_groups(run) && a < run->ground.k; a++)
		for (unsigned b = a + 1; b < run->ground.k; b++) {
			if (lx_ground_bridges(&run->cli->call, &run->ground, a, b, GROUND_LISTED,
				    &list, &n) != LX_OK)
				return;
			lx_json_open(json, '{');
			key_int(json, "a", a);
			key_int(json, "b", b);
			found(json, "statements", &run->ground, list, n, true);
			lx_json_close(json, '}');
		}
	lx_json_close(json, ']');
}

/* Votes of those who are not grouped: organisations, governments, each by name of its number. */
static void others(struct lx_json *json, const struct ground_run *run)
{
	const struct lx_opinions *o = &run->everybody;

	lx_json_key(json, "voices");
	lx_json_open(json, '[');
	for (size_t i = 0; i < o->people; i++) {
		if (o->kind[i] == run->kind || o->kind[i] == LX_CITIZEN)
			continue;
		lx_json_open(json, '{');
		key_int(json, "participant", o->person[i]);
		lx_json_key(json, "kind");
		lx_json_str(json, lx_voter_names[o->kind[i]]);
		lx_json_key(json, "votes");
		lx_json_open(json, '[');
		for (size_t v = o->from[i]; v < o->from[i + 1]; v++) {
			lx_json_open(json, '[');
			lx_json_int(json, o->statement[LX_CELL_STATEMENT(o->cell[v])]);
			lx_json_int(json, LX_CELL_STANCE(o->cell[v]));
			lx_json_close(json, ']');
		}
		lx_json_close(json, ']');
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void people(struct lx_json *json, const struct lx_ground *g)
{
	ids(json, "participants_in_row_order", g->person, g->people);
	lx_json_key(json, "xy");
	lx_json_open(json, '[');
	for (size_t i = 0; i < g->people; i++) {
		lx_json_open(json, '[');
		lx_json_real(json, g->xy[i][0]);
		lx_json_real(json, g->xy[i][1]);
		lx_json_close(json, ']');
	}
	lx_json_close(json, ']');
	for (int what = 0; what < 3; what++) {
		static const char *const keys[] = { "in_conv_pids", "base_cluster", "labels" };
		if (what == 1 && g->base == NULL)
			continue;
		lx_json_key(json, keys[what]);
		lx_json_open(json, '[');
		for (size_t i = 0; i < g->people; i++)
			if (g->group[i] != LX_NO_GROUP)
				lx_json_int(json, what == 0   ? g->person[i]
						  : what == 1 ? g->base[i]
							      : g->group[i]);
		lx_json_close(json, ']');
	}
}

/* Between what the groups' intervals put the agreement of all of them together. */
static void common_between(struct lx_json *json, const struct lx_ground *g)
{
	for (int high = 0; high < 2; high++) {
		lx_json_key(json, high ? "gac_agree_high" : "gac_agree_low");
		lx_json_open(json, '[');
		for (size_t j = 0; j < g->statements; j++) {
			struct lx_interval between = lx_ground_common_between(g, j);
			lx_json_real(json, high ? between.high : between.low);
		}
		lx_json_close(json, ']');
	}
}

/* For those who are grouped, in the order of in_conv_pids: distances to the middles, how far out. */
static void standings(struct lx_json *json, struct ground_run *run)
{
	static const char *const keys[] = { "distance_to_centre", "distance_to_group", "outward" };
	const struct lx_ground *g = &run->ground;
	struct lx_standing *all;

	if (lx_ground_standings(&run->cli->call, g, &all) != LX_OK)
		return;
	for (int what = 0; what < 3; what++) {
		lx_json_key(json, keys[what]);
		lx_json_open(json, '[');
		for (size_t i = 0; i < g->people; i++)
			if (g->group[i] != LX_NO_GROUP)
				lx_json_real(json, what == 0   ? all[i].to_all
						   : what == 1 ? all[i].to_group
							       : all[i].outward);
		lx_json_close(json, ']');
	}
}

/* Within what bounds sizes and axes came back when votes were left out. */
static void returned(struct lx_json *json, const struct lx_ground *g)
{
	if (g->reruns == 0)
		return;
	lx_json_key(json, "group_sizes_between");
	lx_json_open(json, '[');
	for (size_t h = 0; h < g->k; h++) {
		lx_json_open(json, '[');
		lx_json_real(json, g->returned[h].least);
		lx_json_real(json, g->returned[h].most);
		lx_json_close(json, ']');
	}
	lx_json_close(json, ']');
	for (int least = 0; least < 2; least++) {
		lx_json_key(json, least ? "group_kept_least" : "group_kept");
		lx_json_open(json, '[');
		for (size_t h = 0; h < g->k; h++)
			lx_json_real(json, least ? g->returned[h].kept_least : g->returned[h].kept);
		lx_json_close(json, ']');
	}
	lx_json_key(json, "explained_between");
	lx_json_open(json, '[');
	for (size_t c = 0; c < 2; c++) {
		lx_json_open(json, '[');
		lx_json_real(json, g->explained_least[c]);
		lx_json_real(json, g->explained_most[c]);
		lx_json_close(json, ']');
	}
	lx_json_close(json, ']');
}

static void head(struct lx_json *json, const struct ground_run *run)
{
	const struct lx_ground *g = &run->ground;

	lx_json_key(json, "mode");
	lx_json_str(json, g->mode == LX_POLIS ? "polis" : "plain");
	key_int(json, "version", LX_GROUND_VERSION);
	lx_json_key(json, "kind");
	lx_json_str(json, lx_voter_names[run->kind]);
	key_int(json, "participants", (int64_t)g->people);
	key_int(json, "statements", (int64_t)g->statements);
	key_int(json, "votes", (int64_t)g->votes);
	flagged(json, "moderated_out", &run->opinions, LX_STATEMENT_REJECTED);
	flagged(json, "meta", &run->opinions, LX_STATEMENT_META);
	key_int(json, "in_conv", (int64_t)g->grouped);
	reals(json, "eigenvalues", g->eigenvalue, 2);
	reals(json, "explained",
		(double[]){ g->trace > 0 ? g->eigenvalue[0] / g->trace : 0,
			g->trace > 0 ? g->eigenvalue[1] / g->trace : 0 },
		2);
	reals(json, "residuals", g->residual, 2);
	lx_json_key(json, "axes_determined");
	lx_json_bool(json, g->determined);
	key_int(json, "k", g->k);
	lx_json_key(json, "group_sizes");
	lx_json_open(json, '[');
	for (size_t h = 0; h < g->k; h++)
		lx_json_int(json, g->split[g->k].size[h]);
	lx_json_close(json, ']');
	splits(json, g);
	key_real(json, "stability", g->reruns > 0 ? g->stability : (double)NAN);
	key_real(json, "stability_least", g->reruns > 0 ? g->stability_least : (double)NAN);
	lx_json_key(json, "stable");
	lx_json_bool(json, g->stable);
	returned(json, g);
}

void lx_cli_ground_json(struct ground_run *run)
{
	struct lx_json json = { .out = &run->cli->out };
	const struct lx_ground *g = &run->ground;

	lx_json_open(&json, '{');
	head(&json, run);
	majority(&json, g);
	speaks(&json, run);
	found(&json, "common_ground", g, run->common, run->common_n, false);
	found(&json, "short_list", g, run->list, run->list_n, false);
	bridges(&json, run);
	found(&json, "dividing", g, run->divides, run->divides_n, true);
	ids(&json, "tids", g->statement, g->statements);
	reals(&json, "statement_mean", g->mean, g->statements);
	reals(&json, "pc1", g->axis[0], g->statements);
	reals(&json, "pc2", g->axis[1], g->statements);
	reals(&json, "extremity", g->extremity, g->statements);
	reals(&json, "priority", g->priority, g->statements);
	reals(&json, "gac_agree", g->common_agree, g->statements);
	reals(&json, "gac_disagree", g->common_disagree, g->statements);
	common_between(&json, g);
	counts(&json, run);
	others(&json, run);
	people(&json, g);
	standings(&json, run);
	lx_json_close(&json, '}');
	lx_buf_char(&run->cli->out, '\n');
}
