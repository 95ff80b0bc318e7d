/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parts of `lianxi similar`: rows in (similar_rows.c), answers out (similar_report.c). */
#ifndef LX_CLI_SIMILAR_H
#define LX_CLI_SIMILAR_H

#include "cli/cli.h"
#include "engines/similar/similar.h"

/* The rows of a CSV file with the lines they begin on. */
struct lx_similar_rows {
	struct lx_similar_text *at;
	uint32_t *lines;
	size_t n, room;
};

/* Reads FILE.csv: columns `id` and `text`, further ones kept as a JSON object. `category` (any word) and
 * `latitude` with `longitude` (degrees) are understood besides. Faults name line and column. */
LX_CHECK enum lx_code lx_similar_read_rows(
	struct lx_cli *cli, const char *path, struct lx_similar_rows *rows);

/* The number by which the engine knows an id: itself if it is a whole number from 0 written plainly,
 * else a negative one made of its bytes. */
int64_t lx_similar_id(struct lx_text id);

/* The number of a category's word, never 0. */
uint32_t lx_similar_category(struct lx_text word);

/* Reads degrees as millionths; false if they are none or beyond `most` degrees. */
bool lx_similar_degrees(struct lx_text text, int32_t most, int32_t *millionths);

/* Write answers onto cli->out, as a table or, with `json`, as a list. */
LX_CHECK enum lx_code lx_similar_say_hits(
	struct lx_cli *cli, const struct lx_similar_hits *hits, bool json);
LX_CHECK enum lx_code lx_similar_say_groups(struct lx_cli *cli,
	const struct lx_similar_groups *groups, const struct lx_similar_text *texts, bool json);
LX_CHECK enum lx_code lx_similar_say_topics(struct lx_cli *cli,
	const struct lx_similar_topics *topics, const struct lx_similar_text *texts, bool json);

#endif
