/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Addresses of tiles, and their bytes from the store. */
#include "kernel/record/tiles.h"

#include "kernel/journal/journal_queries.h"

#include <string.h>

#define LEVELS_NAMED 64                 /* what the specification lets an address say */
#define NUMBER_MOST  (INT64_C(1) << 53) /* a journal cannot count further */

/* --- addresses ------------------------------------------------------------------------------- */

/* Decimal without leading zeros, 0 to `most`. */
static bool read_plain(struct lx_text text, int64_t most, int64_t *number)
{
	return text.len > 0 && text.len < 8 && text.at[0] >= '0' && text.at[0] <= '9' &&
	       (text.at[0] != '0' || text.len == 1) && lx_text_int(text, number) && *number <= most;
}

static bool three_digits(struct lx_text text, int64_t *number)
{
	if (text.len != 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*number = *number * 10 + (text.at[i] - '0');
	}
	return *number < NUMBER_MOST;
}

/* "x001/x234/067", then "" or "/17" of a partial tile. Groups are not begun by "x000". */
static bool read_number(struct lx_text *rest, int64_t *number, bool *partial)
{
	struct lx_text group;

	*number = 0;
	for (bool first = true; lx_text_split(rest, '/', &group); first = false) {
		bool more = group.len == 4 && group.at[0] == 'x';
		if (more) {
			group = (struct lx_text){ group.at + 1, 3 };
			if (!three_digits(group, number) || (first && *number == 0))
				return false;
			continue;
		}
		*partial = group.len == 5 && group.at[3] == '.' && group.at[4] == 'p';
		if (*partial)
			group.len = 3;
		return three_digits(group, number);
	}
	return false;
}

bool lx_tile_parse(struct lx_text path, struct lx_log_tile *tile)
{
	int64_t level = LX_TILE_ENTRIES, number, width = LX_TILE_WIDTH;
	struct lx_text rest = path, first;
	bool partial = false;

	/* a split does not tell whether a mark stood at the end */
	if (path.len == 0 || path.at[path.len - 1] == '/' || !lx_text_split(&rest, '/', &first))
		return false;
	if (!lx_text_is(first, "entries") && !read_plain(first, LEVELS_NAMED - 1, &level))
		return false;
	if (!read_number(&rest, &number, &partial))
		return false;
	if (partial && (!read_plain(rest, LX_TILE_WIDTH - 1, &width) || width == 0))
		return false;
	if (!partial && rest.len > 0)
		return false;
	*tile = (struct lx_log_tile){ (int)level, number, (unsigned)width };
	return true;
}

void lx_tile_path(const struct lx_log_tile *tile, struct lx_buf *out)
{
	int64_t unit = 1;

	if (tile->level == LX_TILE_ENTRIES)
		lx_buf_str(out, "entries");
	else
		lx_buf_printf(out, "%d", tile->level);
	while (tile->number / unit >= 1000)
		unit *= 1000;
	for (; unit > 1; unit /= 1000)
		lx_buf_printf(out, "/x%03d", (int)(tile->number / unit % 1000));
	lx_buf_printf(out, "/%03d", (int)(tile->number % 1000));
	if (tile->width < LX_TILE_WIDTH)
		lx_buf_printf(out, ".p/%u", tile->width);
}

/* --- bytes ----------------------------------------------------------------------------------- */

static enum lx_code add_entry(void *with, const struct lx_value *values)
{
	struct lx_text bytes = values[1].text;
	const unsigned char length[2] = { (unsigned char)(bytes.len >> 8),
		(unsigned char)bytes.len };

	lx_buf_put(with, length, sizeof length);
	lx_buf_text(with, bytes);
	return LX_OK;
}

static enum lx_code read_entries(struct lx_tx *tx, int64_t from, int64_t to, struct lx_buf *out)
{
	size_t before = out->len;
	struct lx_value binds[] = { LX_I(from + 1), LX_I(to) };

	LX_TRY(lx_each(tx, &lx_journal_queries[Q_ENTRY_SPAN], binds, add_entry, out));
	if (lx_buf_failed(out))
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "base.memory", NULL);
	/* an empty bundle would be taken for the truth and kept */
	return out->len > before
		       ? LX_OK
		       : lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "journal.tree_broken", NULL);
}

enum lx_code lx_tile_read(
	struct lx_tx *tx, int64_t size, const struct lx_log_tile *tile, struct lx_buf *out)
{
	unsigned char hashes[LX_TILE_BYTES];
	int level = tile->level == LX_TILE_ENTRIES ? 0 : tile->level;

	if (level >= LX_TILE_LEVELS)
		return LX_NOT_FOUND;
	int64_t have = size >> (LX_TILE_HEIGHT * level);
	if (tile->number > have / LX_TILE_WIDTH)
		return LX_NOT_FOUND;
	int64_t from = tile->number * LX_TILE_WIDTH, to = from + tile->width;
	if (to > have)
		return LX_NOT_FOUND;
	if (tile->level == LX_TILE_ENTRIES)
		return read_entries(tx, from, to, out);
	LX_TRY(lx_tree_hashes(tx, (unsigned)level, from, to, hashes));
	lx_buf_put(out, hashes, (size_t)tile->width * LX_HASH_BYTES);
	return LX_OK;
}
