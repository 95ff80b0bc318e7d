/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Budget rounds: residents' ballots choose projects under a budget, by a rule that was named beforehand. A ballot cannot be tied to
 * its voter (docs/decisions/secret-ballot.md): casting records the roll number; the ballot goes into the urn as a sealed box.
 */
#ifndef LX_MODULES_ROUNDS_ROUNDS_H
#define LX_MODULES_ROUNDS_ROUNDS_H

#include "engines/tally/report.h"
#include "kernel/pages/part.h"
#include "kernel/types/background.h"
#include "kernel/types/case.h"

#define LX_ROUND_ENTRANTS_MAX 1000
#define LX_ROUND_LOT          50 /* boxes in a lot: from here to twice as many less one */
#define LX_ROUND_FEW          20 /* breakdowns of fewer persons are not shown */
#define LX_TRACKING           20 /* characters of a tracking number: 100 bits */
#define LX_BALLOT_MAX         (1 + LX_TRACKING + (LX_ROUND_ENTRANTS_MAX + 7) / 8)
#define LX_BOX_MAX            (LX_BALLOT_MAX + 48)
#define LX_KEY_BYTES          32

extern const struct lx_type lx_round_type;
extern const struct lx_table lx_round_tables[];
extern const struct lx_query *const lx_round_queries[];

/* Checker of LX_DATA: a result must be one of this round. */
enum lx_code lx_round_check_result(struct lx_case *c, const char *field, const json_t *value);

/* --- pages ------------------------------------------------------------------------------------ */

/* GET /rounds/:n/result: the outcome explained, and another rule or budget tried (result_page.c). */
lx_handler lx_page_result;

/* --- one entrant ------------------------------------------------------------------------------ */

/* What is on the ballot, in the order of its bits. */
struct lx_entrant {
	int64_t row, price, title; /* title: a content, 0: none */
	struct lx_text code, project, member, outcome;
	bool struck; /* takes no part in the count */
};
LX_CHECK enum lx_code lx_round_entrants(struct lx_call *call, const struct lx_record *round,
	struct lx_entrant **entrants, size_t *n);

/* --- the ballot, sealed ----------------------------------------------------------------------- */

/* A ballot: which entrants are approved, and the number by which its voter finds it again. */
struct lx_ballot {
	char tracking[LX_TRACKING + 1];
	bool approved[LX_ROUND_ENTRANTS_MAX];
};

/* A new tracking number, from the system's random source. */
void lx_tracking_make(char tracking[LX_TRACKING + 1]);

/* What somebody typed off paper, in capitals without blanks and hyphens; returns its length, `most` + 1 when it is longer. */
size_t lx_typed_plain(struct lx_text typed, char *plain, size_t most);

/* A tracking number as somebody typed it (any case, blanks and hyphens ignored); false when it is none. */
bool lx_tracking_read(struct lx_text typed, char tracking[LX_TRACKING + 1]);

/* For reading aloud: four groups of five. */
void lx_tracking_show(struct lx_buf *out, struct lx_text tracking);

/* Seals a ballot of `entrants` for the round's public key (base64, as the record has it). The box has the same length for all
 * ballots of a round. */
LX_CHECK enum lx_code lx_ballot_seal(struct lx_call *call, const struct lx_ballot *ballot,
	size_t entrants, struct lx_text key, unsigned char box[LX_BOX_MAX], size_t *length);

/* Opens a box; false when it holds no ballot of this round. */
bool lx_ballot_open(struct lx_text box, size_t entrants, const unsigned char key[LX_KEY_BYTES],
	const unsigned char secret[LX_KEY_BYTES], struct lx_ballot *ballot);

/* How long a box of a round with so many entrants is. */
size_t lx_box_length(size_t entrants);

/* --- what happens beside the writer ------------------------------------------------------------ */

/* Opens urns that are closed, publishes them, destroys their secrets, counts. */
enum lx_code lx_rounds_background(const struct lx_background *background);

/* The urns against what entries commit to: every box in its lot, as many boxes as casts, as many published as cast. LX_CONFLICT naming the
 * round. For `lianxi verify`. */
LX_CHECK enum lx_code lx_rounds_verify(struct lx_tx *tx, const struct lx_region *region);

/* The same from the public record alone: as many votes committed to by lots as cast, none in lots too small, as many published. With `ask` (may be
 * NULL) the boxes, which are shown once nobody can open them, are compared with their lots. LX_CONFLICT naming the round. */
LX_CHECK enum lx_code lx_rounds_verify_outside(
	struct lx_tx *tx, const struct lx_region *region, lx_ask_fn *ask, void *with);

/* Decides a round from its published urn, as its record says, without what is struck (report->overrides tells it: the objection is the
 * reason); everything of `report` is in the call's arena. `explained`
 * and `searched` are the caller's. Limits of members hold. */
LX_CHECK enum lx_code lx_round_decide(
	struct lx_tx *tx, const struct lx_record *round, struct lx_tally_report *report);

/* The result as it is kept: the JSON of `lianxi tally`, canonical, what is rounded for reading (prices, what supporters paid) as text
 * with six places. */
LX_CHECK enum lx_code lx_round_result_json(
	struct lx_call *call, const struct lx_tally_report *report, struct lx_buf *out);

/* Decides again and compares with the recorded result: LX_CONFLICT naming the round when they differ; *told whether there was
 * a result to compare with. A method's version that this binary does not have: LX_CONFLICT `round_version`. */
LX_CHECK enum lx_code lx_round_recount(struct lx_tx *tx, const struct lx_region *region,
	const struct lx_record *round, bool *told);

/* The urn as bytes, a Pabulib file; LX_NOT_FOUND without a fault before it is published. */
LX_CHECK enum lx_code lx_round_urn(
	struct lx_tx *tx, const struct lx_record *round, struct lx_text *urn);

/* The roll number of a person, 0: not on the roll. */
LX_CHECK enum lx_code lx_round_number(
	struct lx_tx *tx, int64_t person, int64_t round, int64_t *number);

/* Whether a roll number has voted. */
LX_CHECK enum lx_code lx_round_voted(
	struct lx_tx *tx, const struct lx_record *round, int64_t number, bool *voted);

/* Performs an act of a round as the machine's own, by a job of the writer. */
LX_CHECK enum lx_code lx_round_perform(const struct lx_background *background, int64_t round,
	const char *act, json_t *input, struct lx_text aside);

/* --- pages -------------------------------------------------------------------------------------- */

/* Boxes of a lot, once nobody can open them (round_boxes_page.c). Ballot, the page to confirm it, casting, the roll and its samples, a ballot by its tracking number; what the general page of a round has besides. */
lx_handler lx_page_ballot, lx_page_ballot_confirm, lx_page_cast, lx_page_roll, lx_page_track,
	lx_page_sample, lx_page_boxes;
lx_part_more_fn lx_round_more;
lx_part_fill_fn lx_round_fill;

/* The round that is open, on the home page. */
lx_home_fill_fn lx_round_home;

#endif
