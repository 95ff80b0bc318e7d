/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of rounds share, and no one else. */
#ifndef LX_MODULES_ROUNDS_ROUND_WORDS_H
#define LX_MODULES_ROUNDS_ROUND_WORDS_H

#include "modules/rounds/rounds.h"

#define LX_URN_MEDIA "text/csv" /* Pabulib files are tables with semicolons */

/* The name of a round's secret in the region's folder of keys, by its public key. */
#define LX_SECRET_NAME 64
LX_CHECK enum lx_code lx_round_secret_name(
	struct lx_call *call, int64_t round, struct lx_text key, char name[LX_SECRET_NAME]);

/* A tie's seed from what the public source gave: the first 53 bits of its hash, as `lianxi tally --seed` takes it. */
int64_t lx_round_seed(struct lx_text drawn);

/* How many entries' worth of boxes the lots hold: from the record's own counters, without counting. */
int64_t lx_round_boxes_sealed(const struct lx_record *round);

/* The number of the objection to an entrant that was upheld; 0: there is none. */
int64_t lx_round_upheld(const struct lx_record *round, struct lx_text code);

/* A round that freezes: whoever is to be on its roll is laid ready beside the writer, a few thousand at a time, and entered part by
 * part; every step is found from the tables, so that what was cut short is taken up again. */
LX_CHECK enum lx_code lx_round_freeze_step(
	const struct lx_background *background, const struct lx_record *round);

/* The number that a round's electoral register has for what a resident proved the residence by; 0: none, or no register. */
LX_CHECK enum lx_code lx_register_match(
	struct lx_tx *tx, int64_t person, int64_t round, int64_t *number);

/* The urn as a Pabulib file: what was opened, sorted by tracking number. */
LX_CHECK enum lx_code lx_urn_write(struct lx_tx *tx, const struct lx_region *region,
	const struct lx_record *round, struct lx_ballot *const *ballots, size_t n,
	struct lx_buf *out);

/* How many ballots an urn's file holds, by its lines. */
int64_t lx_urn_count(struct lx_text urn);

#endif
