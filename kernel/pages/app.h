/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The running region as handlers see it: store, writer, types, accounts. Made once by `lianxi serve`;
 * handlers only read it.
 */
#ifndef LX_KERNEL_PAGES_APP_H
#define LX_KERNEL_PAGES_APP_H

#include "kernel/http/http.h"
#include "kernel/http/session.h"
#include "kernel/types/decide.h"

struct lx_app {
	struct lx_store *store;
	struct lx_writer *writer;
	const struct lx_region *region;
	struct lx_accounts *accounts;
};

/* One request's view of the region: a snapshot, the charter as it is in it, and who reads. Opened by lx_reader_open,
 * given back by lx_reader_close (also by LX_CLOSE) before anything is rendered. */
struct lx_reader {
	struct lx_request *request;
	const struct lx_app *app;
	struct lx_tx *tx;
	struct lx_charter charter;
	struct lx_actor actor;
	struct lx_view_of view;
	int64_t sequence; /* of the last entry in the snapshot */
};
LX_CHECK enum lx_code lx_reader_open(struct lx_request *request, struct lx_reader *reader);
void lx_reader_close(struct lx_reader *reader);

/* The routes of the general pages and of the API; ends with a zero row. */
extern const struct lx_route lx_page_routes[];

#endif
