/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The journal's statements; the tables they work on are lx_journal_tables. */
#ifndef LX_KERNEL_JOURNAL_QUERIES_H
#define LX_KERNEL_JOURNAL_QUERIES_H

#include "kernel/journal/journal.h"

/* Chunks of a content have the numbers from number * this on: one tree instead of a table and its index. */
#define LX_CHUNKS_MAX INT64_C(4096)

enum lx_journal_query {
	Q_ENTRY_INSERT,
	Q_ENTRY_LAST,
	Q_ENTRY_LAST_N,
	Q_ENTRY_COUNT,
	Q_ENTRY_BYTES,
	Q_ENTRY_BOTH,
	Q_ENTRY_SPAN,
	Q_ENTRY_WALK,
	Q_ENTRY_VERIFY,
	Q_LEAVES,
	Q_INNER_INSERT,
	Q_INNER_COUNT,
	Q_TILE_INSERT,
	Q_TILE_ROOTS,
	Q_TILE,
	Q_TILE_COUNT,
	Q_CONTENT_INSERT,
	Q_CONTENT_LAST,
	Q_CONTENT,
	Q_CONTENT_GONE,
	Q_CHUNK_INSERT,
	Q_CHUNKS,
	Q_CHUNKS_DELETE,
	Q_CONTENT_DELETE,
	Q_UPLOAD_INSERT,
	Q_UPLOAD,
	Q_UPLOAD_WHOLE,
	Q_UPLOAD_DELETE,
	Q_UPLOADS_BYTES,
	Q_UPLOADS_OLD,
	Q_SEAL_INSERT,
	Q_SEAL_LAST,
	Q_SEAL,
	Q_SEAL_GONE,
	Q_SEALS_OF,
	Q_SEALS_OF_GONE,
	Q_PERSON_INSERT,
	Q_PERSONS_ERASED,
	Q_PERSON_MARK,
	Q_PERSON,
	Q_PERSON_GONE,
	Q_STANDING_INSERT,
	Q_STANDING_DELETE,
	Q_STANDINGS,
	Q_STANDINGS_GONE,
	Q_STANDING_WHO,
	Q_JOURNAL_QUERIES
};

extern const struct lx_query lx_journal_queries[Q_JOURNAL_QUERIES];

#endif
