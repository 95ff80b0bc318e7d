/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The tile map of the home page: one tile a member, the needs in its hands, tinted where something is due soon or overdue. */
#include "modules/duty/board.h"
#include "modules/duty/board_queries.h"
#include "modules/duty/duty.h"

#define NAMES_MOST 3

struct map {
	const struct lx_reader *reader;
	struct lx_tile *tiles;
	int64_t *superiors; /* of each tile's member; 0: none */
	int64_t *overdue;
	size_t n;
	struct lx_value *cells; /* lx_q_board_in_hand: four to a member */
	size_t cells_n;
};

static struct lx_words tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

/* "3.7": row and column of the member's tile, as its place says. */
static bool tile_place(struct lx_text place, int64_t *row, int64_t *column)
{
	struct lx_text first;

	return lx_text_split(&place, '.', &first) && lx_text_int(first, row) &&
	       lx_text_int(place, column) && *row > 0 && *column > 0 && *row <= LX_TILE_ROWS &&
	       *column <= LX_TILE_COLUMNS;
}

static const struct lx_value *in_hand(const struct map *map, struct lx_text ref)
{
	for (size_t i = 0; i < map->cells_n; i++)
		if (lx_text_equal(map->cells[4 * i].text, ref))
			return map->cells + 4 * i;
	return NULL;
}

static enum lx_code add_tile(struct map *map, const struct lx_shape *members, int64_t number)
{
	struct lx_text ref = lx_show_text(map->reader, "member/%lld", (long long)number);
	const struct lx_value *own = in_hand(map, ref);
	struct lx_record member;
	struct lx_ref superior;
	int64_t row, column;

	LX_TRY(lx_record_load_head(map->reader->tx, members, number, &member));
	if (!tile_place(lx_record_value(&member, "place").text, &row, &column))
		return LX_OK;
	struct lx_value names = lx_record_value(&member, "names");
	LX_CLOSE(lx_json_free) json_t *json = json_loadb(names.text.at, names.text.len, 0, NULL);
	map->superiors[map->n] = lx_ref_read(lx_record_value(&member, "superior").text, &superior)
					 ? superior.number
					 : -number;
	map->overdue[map->n] = own == NULL ? 0 : own[2].number;
	map->tiles[map->n++] = (struct lx_tile){ .row = (int)row,
		.column = (int)column,
		.name = lx_show_words(map->reader, json),
		.figure = lx_show_text(
			map->reader, "%lld", own == NULL ? 0 : (long long)own[1].number),
		.address = lx_address_make(
			map->reader->call, "/needs?lead=member/%lld", (long long)number),
		.class = own == NULL         ? LX_TILE_PLAIN
			 : own[2].number > 0 ? LX_TILE_UNDER
			 : own[3].number > 0 ? LX_TILE_NEAR
					     : LX_TILE_PLAIN };
	return LX_OK;
}

/* Where neighbours have another superior, a line. */
static void draw_borders(struct map *map)
{
	for (size_t i = 0; i < map->n; i++)
		for (size_t k = 0; k < map->n; k++) {
			struct lx_tile *own = &map->tiles[i];
			const struct lx_tile *other = &map->tiles[k];
			if (map->superiors[i] == map->superiors[k])
				continue;
			own->line_above = own->line_above || (other->column == own->column &&
								     other->row == own->row - 1);
			own->line_left = own->line_left ||
					 (other->row == own->row &&
						 other->column == own->column - 1);
		}
}

/* "3 cities have something overdue: …", or that none has. */
static struct lx_words finding(const struct map *map)
{
	LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
	bool zh = map->reader->request->lang == LX_ZH;
	size_t late = 0;

	for (size_t i = 0; i < map->n; i++) {
		if (map->overdue[i] == 0 || late++ >= NAMES_MOST)
			continue;
		lx_buf_str(&names, names.len == 0 ? "" : zh ? "、" : ", ");
		lx_buf_text(&names, map->tiles[i].name.text);
	}
	if (late == 0)
		return tr(map->reader, "duty.map_none");
	if (late > NAMES_MOST)
		lx_buf_str(&names, zh ? "等" : " and others");
	return lx_show_say(map->reader, "duty.map_late", lx_show_text(map->reader, "%zu", late).at,
		lx_show_text(map->reader, "%s", names.at).at);
}

static void fill_keys(const struct lx_reader *reader, struct lx_tile_map *view)
{
	static const struct {
		enum lx_tile_class class;
		const char *id;
	} rows[] = { { LX_TILE_PLAIN, "duty.key_plain" }, { LX_TILE_NEAR, "duty.key_soon" },
		{ LX_TILE_UNDER, "duty.key_late" } };
	struct lx_tile_key *keys = lx_array(reader->call, 3, sizeof *keys);

	for (size_t i = 0; keys != NULL && i < 3; i++)
		keys[i] = (struct lx_tile_key){ rows[i].class, tr(reader, rows[i].id) };
	view->keys = keys;
	view->keys_n = keys == NULL ? 0 : 3;
}

enum lx_code lx_duty_home(const struct lx_reader *reader, struct lx_home_page *page)
{
	const struct lx_shape *members = lx_shape_find(reader->app->region, LX_TEXT_OF("member"));
	struct map map = { .reader = reader };
	int64_t last;

	LX_TRY(lx_record_last(reader->tx, members, &last));
	if (last > 500 || !lx_charter_on(&reader->charter, "need"))
		return LX_OK;
	map.tiles = lx_array(reader->call, (size_t)last, sizeof *map.tiles);
	map.superiors = lx_array(reader->call, (size_t)last, sizeof *map.superiors);
	map.overdue = lx_array(reader->call, (size_t)last, sizeof *map.overdue);
	if (map.tiles == NULL || map.superiors == NULL || map.overdue == NULL)
		return LX_BROKEN;
	LX_TRY(lx_all(
		reader->tx, &lx_q_board_in_hand, NULL, (size_t)last, &map.cells, &map.cells_n));
	for (int64_t i = 1; i <= last; i++)
		LX_TRY(add_tile(&map, members, i));
	draw_borders(&map);
	page->map = (struct lx_tile_map){ .heading = tr(reader, "duty.map"),
		.unit = tr(reader, "duty.map_unit"),
		.finding = finding(&map),
		.tiles = map.tiles,
		.tiles_n = map.n,
		.table = { tr(reader, "duty.map_table"), lx_address_make(reader->call, "/duty") } };
	fill_keys(reader, &page->map);
	return LX_OK;
}
