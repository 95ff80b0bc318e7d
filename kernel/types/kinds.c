/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One function a kind: checks what was sent and gives the value's form in an entry. */
#include "kernel/types/kinds.h"

#include "base/decimal.h"
#include "base/media.h"
#include "base/time.h"
#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"
#include "kernel/types/input.h"

#include <stdio.h>
#include <string.h>

#define DATA_MOST                                                                                  \
	((size_t)16 << 20) /* the result of the largest round known has a hundredth of it */

struct decoding {
	struct lx_case *c;
	const struct lx_field *field;
	const char *path;
	const json_t *raw;
};

static enum lx_code wrong(const struct decoding *d, const char *msgid, const char *detail)
{
	return lx_fail(d->c->call, LX_INVALID, d->path, msgid, "%s", detail == NULL ? "" : detail);
}

static enum lx_code given(const struct decoding *d, json_t *made, json_t **value)
{
	if (made == NULL)
		return lx_fail(d->c->call, LX_BROKEN, NULL, "base.memory", NULL);
	*value = made;
	return LX_OK;
}

static struct lx_text sent(const struct decoding *d)
{
	return lx_text_trim(
		(struct lx_text){ json_string_value(d->raw), json_string_length(d->raw) });
}

static enum lx_code within(const struct decoding *d, int64_t number)
{
	int64_t low, high;

	lx_field_bounds(d->field, &low, &high);
	return number < low || number > high ? wrong(d, "input.range", d->field->of) : LX_OK;
}

static enum lx_code number(const struct decoding *d, json_t **value)
{
	int64_t n;

	if (json_is_integer(d->raw))
		n = json_integer_value(d->raw);
	else if (!json_is_string(d->raw) || !lx_text_int(sent(d), &n))
		return wrong(d, "input.number", NULL);
	LX_TRY(within(d, n));
	if (n > INT64_C(9007199254740991) || n < -INT64_C(9007199254740991))
		return wrong(d, "input.number", NULL);
	return given(d, json_integer(n), value);
}

static enum lx_code decimal(const struct decoding *d, json_t **value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	int64_t scaled;

	if (json_is_integer(d->raw))
		lx_buf_int(&out, json_integer_value(d->raw));
	else if (json_is_string(d->raw))
		lx_buf_text(&out, sent(d));
	if (!lx_decimal_read(lx_buf_view(&out), lx_field_places(d->field), &scaled))
		return wrong(d, "input.decimal", d->field->of);
	lx_buf_clear(&out);
	lx_decimal_write(&out, scaled, lx_field_places(d->field));
	return given(d, json_stringn(out.at, out.len), value);
}

/* {"minor":"172500","currency":"CNY"} from programs; "1725.00" in whole units from forms. */
static enum lx_code money(const struct decoding *d, json_t **value)
{
	const struct lx_charter *charter = d->c->view.charter;
	const char *minor = json_string_value(json_object_get(d->raw, "minor"));
	const char *currency = json_string_value(json_object_get(d->raw, "currency"));
	int64_t amount;

	if (json_is_string(d->raw)) {
		if (!lx_decimal_read(sent(d), charter->places, &amount))
			return wrong(d, "input.money", charter->currency);
	} else if (minor == NULL || currency == NULL || strcmp(currency, charter->currency) != 0 ||
		   !lx_text_int(lx_text(minor), &amount)) {
		return wrong(d, "input.money", charter->currency);
	}
	LX_TRY(within(d, amount));
	return given(d, json_sprintf("%lld", (long long)amount), value);
}

static enum lx_code date(const struct decoding *d, json_t **value)
{
	int64_t day;

	if (!json_is_string(d->raw) || !lx_day_read(sent(d), &day))
		return wrong(d, "input.date", NULL);
	return given(d, json_stringn(sent(d).at, sent(d).len), value);
}

/* A moment, or a day: its end, or its beginning where the term begins in the morning. */
static enum lx_code moment(const struct decoding *d, json_t **value)
{
	const struct lx_type *type = d->c->record->shape->type;
	int term = lx_term_find(type, lx_text(d->field->name));
	bool morning = term >= 0 && type->terms[term].morning;
	int64_t at, day;

	if (json_is_integer(d->raw)) /* as a consequent act hands it on */
		return given(d, json_integer(json_integer_value(d->raw)), value);
	if (!json_is_string(d->raw))
		return wrong(d, "input.moment", NULL);
	if (lx_day_read(sent(d), &day))
		at = lx_day_begin(morning ? day : day + 1, d->c->view.charter->offset);
	else if (!lx_moment_read(sent(d), &at))
		return wrong(d, "input.moment", NULL);
	return given(d, json_integer(at), value);
}

static enum lx_code choice(const struct decoding *d, json_t **value)
{
	if (!json_is_string(d->raw) || !lx_word_in(sent(d), d->field->of))
		return wrong(d, "input.choice", d->field->of);
	return given(d, json_stringn(sent(d).at, sent(d).len), value);
}

static enum lx_code code_word(const struct decoding *d, json_t **value)
{
	if (!json_is_string(d->raw) || !lx_charter_word(d->c->view.charter, d->field->of, sent(d)))
		return wrong(d, "input.code", NULL);
	return given(d, json_stringn(sent(d).at, sent(d).len), value);
}

static enum lx_code word(const struct decoding *d, json_t **value)
{
	struct lx_text text = json_is_string(d->raw) ? sent(d) : (struct lx_text){ "", 0 };
	int64_t low, high;

	lx_field_bounds(d->field, &low, &high);
	if (text.len == 0 || (int64_t)text.len > high)
		return wrong(d, "input.word", d->field->of);
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] <= ' ' || text.at[i] > '~')
			return wrong(d, "input.word", d->field->of);
	return given(d, json_stringn(text.at, text.len), value);
}

static enum lx_code names(const struct decoding *d, json_t **value)
{
	const json_t *zh = json_object_get(d->raw, "zh"), *en = json_object_get(d->raw, "en");
	int64_t low, high;

	lx_field_bounds(d->field, &low, &high);
	if (!json_is_string(zh) || !json_is_string(en) || json_object_size(d->raw) != 2)
		return wrong(d, "input.names", NULL);
	struct lx_text texts[] = { lx_text_trim(lx_text(json_string_value(zh))),
		lx_text_trim(lx_text(json_string_value(en))) };
	for (size_t i = 0; i < 2; i++)
		if (texts[i].len == 0 || (int64_t)lx_utf8_count(texts[i]) > high)
			return wrong(d, "input.names_length", d->field->of);
	return given(d,
		json_pack("{s:s%, s:s%}", "zh", texts[0].at, texts[0].len, "en", texts[1].at,
			texts[1].len),
		value);
}

static bool restricted(const struct decoding *d)
{
	return d->field->seen_by != NULL;
}

/* Names a content or seal in the entry and binds its commitment there. */
static enum lx_code bind(const struct decoding *d, const char *what, int64_t n,
	const char *commitment, json_t **value)
{
	json_t *ref = json_sprintf("%s/%lld", what, (long long)n);
	json_t *into = restricted(d) ? d->c->bound_in : d->c->bound;

	if (ref == NULL ||
		json_object_set_new(into, json_string_value(ref), json_string(commitment)) != 0) {
		json_decref(ref);
		return lx_fail(d->c->call, LX_BROKEN, NULL, "base.memory", NULL);
	}
	*value = ref;
	return LX_OK;
}

/* Line breaks of every kind become LF: forms send CRLF. */
static void unix_lines(struct lx_buf *out, struct lx_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\r') {
			i += i + 1 < text.len && text.at[i + 1] == '\n';
			lx_buf_char(out, '\n');
			continue;
		}
		lx_buf_char(out, text.at[i]);
	}
}

static enum lx_code check_length(const struct decoding *d, struct lx_text text)
{
	int64_t low, high, n = (int64_t)lx_utf8_count(text);

	lx_field_bounds(d->field, &low, &high);
	if (n < low || n > high)
		return lx_fail(d->c->call, LX_INVALID, d->path, "input.length", "%s (%lld)",
			d->field->of, (long long)n);
	return LX_OK;
}

static const char *language(const struct decoding *d)
{
	const char *lang = json_string_value(json_object_get(d->raw, "lang"));

	return lang != NULL && (strcmp(lang, "en") == 0 || strcmp(lang, "zh-CN") == 0) ? lang
										       : d->c->lang;
}

static enum lx_code prose(const struct decoding *d, json_t **value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 1 << 20 };
	const json_t *raw = json_is_object(d->raw) ? json_object_get(d->raw, "text") : d->raw;
	char commitment[LX_HASH_TEXT];
	int64_t n;

	if (!json_is_string(raw))
		return wrong(d, "input.text", NULL);
	unix_lines(&out,
		lx_text_trim((struct lx_text){ json_string_value(raw), json_string_length(raw) }));
	LX_TRY(check_length(d, lx_buf_view(&out)));
	LX_TRY(lx_content_put(d->c->work->tx, d->c->work->edge, lx_buf_view(&out), language(d),
		"text/plain", &n, commitment));
	return bind(d, "content", n, commitment, value);
}

/* Which files are taken, for whoever sent another. */
static enum lx_code wrong_file(const struct decoding *d)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_media_endings(d->field->of, &out);
	return wrong(d, "input.file_kind", lx_buf_view(&out).at);
}

/* "upload:…": what was laid down before, adopted by this act. Of another kind than the field takes, it is refused by its bytes' medium,
 * whatever its name said. */
static enum lx_code file(const struct decoding *d, json_t **value)
{
	struct lx_text token = json_is_string(d->raw) ? sent(d) : (struct lx_text){ "", 0 };
	struct lx_case *c = d->c;
	struct lx_content content;
	size_t size;
	int64_t n;

	if (!lx_text_starts(token, "upload:"))
		return wrong(d, "input.file", NULL);
	enum lx_code code = lx_upload_find(c->work->tx, token, c->view.actor->person, &n);
	if (code == LX_NOT_FOUND)
		return wrong(d, "input.file_gone", NULL);
	LX_TRY(code);
	LX_TRY(lx_content_head(c->work->tx, n, &content, &size));
	const struct lx_file_type *media = lx_media_named(lx_text(content.media));
	if (media == NULL || !lx_word_in(lx_text(media->word), d->field->of))
		return wrong_file(d);
	LX_TRY(lx_upload_adopt(c->work->tx, n));
	return bind(d, "content", n, content.commitment, value);
}

static enum lx_code data(const struct decoding *d, json_t **value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = DATA_MOST };
	const struct lx_data_check *check = d->c->view.region->checks;
	char commitment[LX_HASH_TEXT];
	int64_t n;

	while (check != NULL && check->name != NULL && strcmp(check->name, d->field->of) != 0)
		check++;
	if (check == NULL || check->name == NULL)
		return wrong(d, "input.data", d->field->of);
	LX_TRY(check->check(d->c, d->path, d->raw));
	LX_TRY(lx_json_canonical(&out, d->raw, &d->c->call->fault));
	LX_TRY(lx_content_put(d->c->work->tx, d->c->work->edge, lx_buf_view(&out), "",
		"application/json", &n, commitment));
	return bind(d, "content", n, commitment, value);
}

static enum lx_code sealed(const struct decoding *d, json_t **value)
{
	struct lx_text text = json_is_string(d->raw) ? sent(d) : (struct lx_text){ "", 0 };
	char commitment[LX_HASH_TEXT];
	int64_t n;

	if (text.len == 0 || lx_utf8_count(text) > 200)
		return wrong(d, "input.sealed", NULL);
	if (strcmp(d->field->of, "phone") == 0 &&
		(text.len < 5 || text.len > 20 || strspn(text.at, "+0123456789- ") < text.len))
		return wrong(d, "input.phone", NULL);
	LX_TRY(lx_seal_put(
		d->c->work->tx, d->c->work->edge, d->c->view.actor->person, text, &n, commitment));
	return bind(d, "seal", n, commitment, value);
}

/* The relation that a person at this field has to the record, for the kept table of standings. */
static const char *relation_at(const struct lx_type *type, const char *field)
{
	for (const struct lx_relation *r = type->relations; r != NULL && r->name != NULL; r++)
		if (r->how == LX_IS && strcmp(r->path, field) == 0)
			return r->name;
	return field;
}

/* Who is named: by the name of signing in; in a consequent act by number; `true` names the person whose act it follows from. */
static enum lx_code named_person(const struct decoding *d, int64_t *who)
{
	struct lx_case *c = d->c;

	if (json_is_true(d->raw) && c->view.actor->cause && c->view.actor->person > 0) {
		*who = c->view.actor->person;
		return LX_OK;
	}
	if (json_is_integer(d->raw) && c->view.actor->cause) {
		*who = json_integer_value(d->raw);
		return LX_OK;
	}
	if (!json_is_string(d->raw) || c->view.region->person_by_name == NULL)
		return wrong(d, "input.person", NULL);
	enum lx_code code = c->view.region->person_by_name(c->work->tx, sent(d), who);
	return code == LX_NOT_FOUND ? wrong(d, "input.person", NULL) : code;
}

static enum lx_code person(const struct decoding *d, json_t **value)
{
	struct lx_case *c = d->c;
	const char *type = c->record->shape->type->name;
	char pseudonym[LX_PSEUDONYM_TEXT];
	int64_t who;

	LX_TRY(named_person(d, &who));
	LX_TRY(lx_vault_pseudonym(c->work->tx, who, type, c->record->number, pseudonym));
	LX_TRY(lx_vault_stand(c->work->tx, who, type, c->record->number,
		relation_at(c->record->shape->type, d->field->name)));
	return given(d, json_string(pseudonym), value);
}

static bool link_type_fits(const struct lx_field *field, const struct lx_ref *ref)
{
	struct lx_text rest = lx_text(field->of), each;

	while (lx_text_word(&rest, &each)) {
		struct lx_text type;
		(void)lx_text_split(&each, '.', &type);
		if (lx_text_equal(type, ref->type) && lx_text_equal(each, ref->rows))
			return true;
	}
	return false;
}

static enum lx_code link_to(const struct decoding *d, json_t **value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_record target;
	struct lx_ref ref;

	if (!json_is_string(d->raw) || !lx_ref_read(sent(d), &ref) ||
		!link_type_fits(d->field, &ref))
		return wrong(d, "input.link", d->field->of);
	const struct lx_shape *shape = lx_shape_find(d->c->view.region, ref.type);
	enum lx_code code = shape == NULL
				    ? LX_NOT_FOUND
				    : lx_record_load(d->c->work->tx, shape, ref.number, &target);
	if (code == LX_NOT_FOUND)
		return wrong(d, "input.link_none", json_string_value(d->raw));
	LX_TRY(code);
	int list = ref.row > 0 ? lx_rows_find(shape->type, ref.rows) : -1;
	bool found = ref.row == 0;
	for (size_t i = 0; list >= 0 && i < target.lists[list].n; i++)
		found = found || target.lists[list].rows[i].number == ref.row;
	if (!found)
		return wrong(d, "input.link_none", json_string_value(d->raw));
	lx_ref_write(&out, &ref);
	return given(d, json_stringn(out.at, out.len), value);
}

static enum lx_code hash(const struct decoding *d, json_t **value)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct lx_text text = json_is_string(d->raw) ? sent(d) : (struct lx_text){ "", 0 };

	if (text.len != LX_HASH_TEXT - 1 || strspn(text.at, digits) < 43 || text.at[43] != '=')
		return wrong(d, "input.hash", NULL);
	return given(d, json_stringn(text.at, text.len), value);
}

enum lx_code lx_kind_decode(struct lx_case *c, const struct lx_field *field, const char *path,
	const json_t *raw, json_t **value)
{
	static enum lx_code (*const decoders[])(const struct decoding *, json_t **) = {
		[LX_NUMBER] = number,
		[LX_DECIMAL] = decimal,
		[LX_MONEY] = money,
		[LX_DATE] = date,
		[LX_MOMENT] = moment,
		[LX_CHOICE] = choice,
		[LX_CODE] = code_word,
		[LX_WORD] = word,
		[LX_NAMES] = names,
		[LX_TEXT] = prose,
		[LX_FILE] = file,
		[LX_DATA] = data,
		[LX_SEALED] = sealed,
		[LX_PERSON] = person,
		[LX_LINK] = link_to,
		[LX_HASH] = hash,
	};
	struct decoding d = { c, field, path, raw };

	if (field->kind == LX_COUNT)
		return wrong(&d, "input.unknown", field->name);
	return decoders[field->kind](&d, value);
}
