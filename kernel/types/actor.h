/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who acts or reads: a person with valid mandates, nobody, or one of the machine's own (clock, init,
 * cause). Rights are relations to a record, computed from this and the record; there are no roles.
 */
#ifndef LX_KERNEL_TYPES_ACTOR_H
#define LX_KERNEL_TYPES_ACTOR_H

#include "kernel/journal/journal.h"
#include "kernel/types/charter.h"
#include "kernel/types/record.h"

#define LX_MANDATES_MAX 64 /* of one person */

/* LX_BY_VISITOR: who has no account, known by a query code alone (visitor.c). */
enum lx_actor_kind { LX_BY_NOBODY, LX_BY_PERSON, LX_BY_CLOCK, LX_BY_INIT, LX_BY_VISITOR };

struct lx_mandate {
	int64_t number;
	struct lx_text holder; /* "member/3" */
	struct lx_text office;
	struct lx_text called; /* "seal/7" as a number in text, or empty */
};

struct lx_actor {
	enum lx_actor_kind kind;
	bool cause; /* what is done follows from another act */
	int64_t person;
	bool resident;         /* residence verified */
	unsigned char key[32]; /* of a visitor */
	struct lx_mandate *mandates;
	size_t mandates_n;
};

/* Loads what a person may act by; person 0 gives nobody. Mandates that are not valid are left out. */
LX_CHECK enum lx_code lx_actor_load(
	struct lx_tx *tx, const struct lx_region *region, int64_t person, struct lx_actor *actor);

/* A query code: eighty random bits, written for people ("K7QM-2F0D-9XRT-41BC"). It makes the key of who asks without an
 * account: nothing of it is kept, and who knows it is the asker. */
#define LX_QUERY_CODE_TEXT 20
void lx_query_code_new(char code[LX_QUERY_CODE_TEXT]);

/* Makes the actor of a code, however it was typed; false: it is none. */
bool lx_actor_visit(struct lx_text code, struct lx_actor *actor);

/* The actor's name on a record; empty for who has none. */
LX_CHECK enum lx_code lx_actor_pseudonym(struct lx_tx *tx, const struct lx_actor *actor,
	const char *type, int64_t record, char pseudonym[LX_PSEUDONYM_TEXT]);

/* How an actor holds a relation: whether, and by which mandate (0: in person). */
struct lx_holding {
	bool holds;
	int64_t mandate;
	struct lx_text holder; /* of the mandate */
};

/* What relations are computed against: one reader's or writer's view. */
struct lx_sight {
	struct lx_tx *tx;
	const struct lx_region *region;
	const struct lx_charter *charter;
	const struct lx_actor *actor;
	struct lx_titles *titles; /* of what was linked to already; NULL: none are kept */
};

/* Whether the actor stands in the relation to the record. */
LX_CHECK enum lx_code lx_relation_test(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_relation *relation, struct lx_holding *holding);

/* The first of the relations in `words` (NULL: none) that holds; *relation is NULL when none does. */
LX_CHECK enum lx_code lx_relation_any(const struct lx_sight *view, const struct lx_record *record,
	const char *words, const struct lx_relation **relation, struct lx_holding *holding);

/* The links at a path from a record: "source.party.member", "charter.council.seat", "self". */
LX_CHECK enum lx_code lx_path_links(const struct lx_sight *view, const struct lx_record *record,
	const char *path, struct lx_text **links, size_t *n);

/* Whether the actor may raise a voice ("member/2", "body/3#seat.2", "body/2"), with mandates of `office` (NULL: any). */
LX_CHECK enum lx_code lx_voice_test(const struct lx_sight *view, struct lx_text voice,
	const char *office, struct lx_holding *holding);

#endif
