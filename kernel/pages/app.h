/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The running region as handlers see it: store, writer, types, accounts. Made once by `lianxi serve`;
 * handlers only read it.
 */
#ifndef LX_KERNEL_PAGES_APP_H
#define LX_KERNEL_PAGES_APP_H

#include "kernel/http/http.h"
#include "kernel/http/session.h"
#include "kernel/record/log.h"
#include "kernel/record/witness.h"
#include "kernel/types/decide.h"
#include "kernel/types/reduce.h"

struct lx_item_part;
struct lx_home_page;
struct lx_reader;

/* What an institution says on the home page: sets its map, or adds a section (lx_home_section_add). */
typedef enum lx_code lx_home_fill_fn(const struct lx_reader *reader, struct lx_home_page *page);

struct lx_app {
	struct lx_store *store;
	struct lx_writer *writer;
	const struct lx_region *region;
	struct lx_accounts *accounts;
	struct lx_charter_shared *charter;
	struct lx_log *log;
	struct lx_witness *witness;       /* of other logs; NULL: none */
	const char *metrics_token;        /* NULL: /metrics is for this machine only */
	const struct lx_item_part *parts; /* of the institutions (part.h); ends with a zero row */
	lx_home_fill_fn *const *home;     /* theirs on the home page, in order; ends with NULL */
	struct lx_row_cache *rows;        /* printed rows of lists; NULL: none are kept */
	struct lx_piece_cache *pieces;    /* pieces that are the same for every reader; likewise */
};

/* One request's view of the region: a snapshot, the charter as it is in it, and who reads. */
struct lx_reader {
	struct lx_request *request;
	const struct lx_app *app;
	struct lx_call *call;
	struct lx_tx *tx;
	struct lx_charter charter;
	struct lx_charter_held *held; /* what keeps the charter's texts */
	struct lx_titles titles;
	struct lx_actor actor;
	struct lx_sight sight;
	int64_t size; /* entries in the snapshot */
};

/* Takes a snapshot and loads who reads. The snapshot is given back by lx_reader_close before anything is rendered; all of it by
 * lx_reader_end (for LX_CLOSE), so `reader` must begin as { 0 }. */
LX_CHECK enum lx_code lx_reader_open(struct lx_request *request, struct lx_reader *reader);
void lx_reader_close(struct lx_reader *reader);
void lx_reader_end(struct lx_reader *reader);

/* A job like lx_order_job for the act person.erase: who is erased has no account any more, with the act or neither. */
enum lx_code lx_erase_job(struct lx_work *work, void *argument);

/* The hooks of lx_http_setting: who is signed in, and problems as pages. */
enum lx_code lx_app_session(struct lx_request *request);
enum lx_code lx_app_problem(struct lx_request *request, unsigned status, struct lx_reply *reply);

/* The hooks of a region that knows accounts. */
enum lx_code lx_app_person_by_name(struct lx_tx *tx, struct lx_text name, int64_t *person);
enum lx_code lx_app_second_factor(struct lx_tx *tx, int64_t person, bool *has);

/* The routes of the general pages and of the API; ends with a zero row. */
extern const struct lx_route lx_page_routes[];

#endif
