/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The demonstration: a region of its own, entered act by act through the same writer as a server's, with a
 * clock that is set to the moments of the story (docs/decisions/demonstration.md). The stories are data
 * (demo/yangtze-delta); nothing here knows an institution.
 */
#ifndef LX_CLI_DEMO_H
#define LX_CLI_DEMO_H

#include "base/json.h"
#include "cli/region.h"

/* Something that happens at a moment: a person is entered (`story` NULL), or a step of a story is done. */
struct lx_demo_event {
	int64_t at;
	size_t order; /* as read: what happens at the same moment keeps its order */
	const json_t *what;
	struct lx_demo_story *story;
	size_t who; /* which of the step's several actors */
};

/* What happens to one record; `record` is its number once the first step has made it. */
struct lx_demo_story {
	const char *key, *type, *lang;
	int64_t record;
};

#define LX_DEMO_FILES 9

struct lx_demo {
	struct lx_cli *cli;
	struct lx_opened *opened;
	json_t *charter, *people, *files[LX_DEMO_FILES]; /* owned */
	int offset;                                      /* of the charter's zone, minutes */
	char hash[LX_HASH_PASSWORD];
	json_t *links;   /* owned: "member:320500" → "member/15", for the names that inputs use */
	json_t *persons; /* owned: the number of an account's person */
	struct lx_demo_event *events;
	size_t events_n;
};

/* The password of every demonstration account; they work on loopback only. */
#define LX_DEMO_PASSWORD "lianxi-demo"

/* Reads the files in the binary and puts all events in order of time. A fault names the file and the place in it. */
LX_CHECK enum lx_code lx_demo_read(struct lx_demo *demo);
void lx_demo_close(struct lx_demo *demo);

/* A copy of an input with its names of records ("member:320500", "need:bus", "body:audit", "mandate:suzhou.delegate")
 * replaced by links, a new reference; LX_INVALID when one is unknown. `input` may be NULL. */
LX_CHECK enum lx_code lx_demo_linked(
	const struct lx_demo *demo, const json_t *input, json_t **linked);
LX_CHECK enum lx_code lx_demo_link(
	struct lx_demo *demo, const char *name, const char *type, int64_t record);

/* The documents that an input names ("file:study.pdf", of the data's folder) laid down for a person, their tokens put in their place. A name
 * that is none, or a file of no kind that is taken: LX_INVALID (demo_files.c). */
LX_CHECK enum lx_code lx_demo_documents(struct lx_demo *demo, int64_t person, json_t *input);

/* Lets the clock's due acts happen, each at its own moment, then sets the clock to `until`. */
LX_CHECK enum lx_code lx_demo_advance(struct lx_demo *demo, int64_t until);

/* A person of people.json: registered, with account, mandates or residence. */
LX_CHECK enum lx_code lx_demo_person(struct lx_demo *demo, const json_t *person);

/* A ballot of a round, sealed; in the call's arena (demo_ballot.c). */
LX_CHECK enum lx_code lx_demo_ballot(
	struct lx_demo *demo, int64_t number, const json_t *approves, struct lx_text *box);

/* What the machine does beside the writer, done to its end. */
LX_CHECK enum lx_code lx_demo_beside(struct lx_demo *demo);

/* One step of a story, by the person of an account. */
LX_CHECK enum lx_code lx_demo_step(struct lx_demo *demo, const struct lx_demo_event *event);

#endif
