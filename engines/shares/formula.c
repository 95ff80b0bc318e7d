/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Cost functions as a person writes them. A formula is read once into nodes in postfix order, so that
 * evaluation is one loop over a stack; every value travels with its derivative along one direction.
 * Exactly in fractions where it stays rational, or in doubles.
 */
#include "engines/shares/inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STACK_MOST 64
#define DEPTH_MOST 40
#define POWER_MOST 64 /* exact powers; larger ones only in doubles */
#define NAME_MOST  31

enum kind {
	NUMBER,
	NAME,
	ADD,
	SUBTRACT,
	TIMES,
	OVER,
	POWER,
	MINUS,
	SQRT,
	LN,
	EXP,
	ABS,
	LEAST,
	MOST
};

struct node {
	enum kind kind;
	unsigned name;
	double real;
	struct lx_text digits;
};

struct lx_formula {
	size_t names_n, n;
	char names[LX_FORMULA_NAMES][NAME_MOST + 1];
	struct node node[LX_FORMULA_NODES];
};

struct reader {
	struct lx_call *call;
	struct lx_text text;
	size_t at;
	unsigned depth, height; /* brackets open; values on the stack */
	struct lx_formula *formula;
};

static const struct {
	const char *name;
	enum kind kind;
	unsigned values;
} functions[] = {
	{ "sqrt", SQRT, 1 },
	{ "ln", LN, 1 },
	{ "exp", EXP, 1 },
	{ "abs", ABS, 1 },
	{ "min", LEAST, 2 },
	{ "max", MOST, 2 },
};

static enum lx_code wrong(struct reader *r)
{
	return lx_fail(r->call, LX_INVALID, "formula", "shares.formula", "%zu", r->at + 1);
}

static char look(struct reader *r)
{
	while (r->at < r->text.len && r->text.at[r->at] == ' ')
		r->at++;
	return r->at < r->text.len ? r->text.at[r->at] : '\0';
}

static bool skip(struct reader *r, char c)
{
	if (look(r) != c)
		return false;
	r->at++;
	return true;
}

static enum lx_code push(struct reader *r, struct node node, unsigned takes)
{
	struct lx_formula *f = r->formula;

	if (f->n == LX_FORMULA_NODES || r->height - takes + 1 > STACK_MOST)
		return wrong(r);
	r->height = r->height - takes + 1;
	f->node[f->n++] = node;
	return LX_OK;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct lx_text word(struct reader *r)
{
	size_t from = r->at;

	while (r->at < r->text.len && (is_letter(r->text.at[r->at]) || is_digit(r->text.at[r->at])))
		r->at++;
	return (struct lx_text){ r->text.at + from, r->at - from };
}

static enum lx_code number(struct reader *r)
{
	char digits[LX_RATIO_DIGITS + 1];
	size_t from = r->at;

	while (r->at < r->text.len && (is_digit(r->text.at[r->at]) || r->text.at[r->at] == '.'))
		r->at++;
	struct lx_text text = { r->text.at + from, r->at - from };
	LX_CLOSE(lx_ratios_close) struct lx_ratios check = { 0 };
	LX_TRY(lx_ratios_open(r->call, 1, &check));
	if (!lx_ratio_read(text, check.at[0]))
		return wrong(r);
	memcpy(digits, text.at, text.len);
	digits[text.len] = '\0';
	return push(r,
		(struct node){ .kind = NUMBER, .digits = text, .real = strtod(digits, NULL) }, 0);
}

static enum lx_code sum(struct reader *r);

static enum lx_code bracketed(struct reader *r, unsigned values)
{
	if (++r->depth > DEPTH_MOST)
		return wrong(r);
	for (unsigned k = 0; k < values; k++) {
		if (k > 0 && !skip(r, ','))
			return wrong(r);
		LX_TRY(sum(r));
	}
	r->depth--;
	return skip(r, ')') ? LX_OK : wrong(r);
}

static enum lx_code named(struct reader *r)
{
	struct lx_text name = word(r);

	for (size_t k = 0; k < sizeof functions / sizeof functions[0]; k++)
		if (lx_text_is(name, functions[k].name)) {
			if (!skip(r, '('))
				return wrong(r);
			LX_TRY(bracketed(r, functions[k].values));
			return push(
				r, (struct node){ .kind = functions[k].kind }, functions[k].values);
		}
	for (unsigned k = 0; k < r->formula->names_n; k++)
		if (lx_text_is(name, r->formula->names[k]))
			return push(r, (struct node){ .kind = NAME, .name = k }, 0);
	return wrong(r);
}

static enum lx_code atom(struct reader *r)
{
	char c = look(r);

	if (is_digit(c))
		return number(r);
	if (is_letter(c))
		return named(r);
	if (!skip(r, '('))
		return wrong(r);
	return bracketed(r, 1);
}

/* atom [^ signed power], to the right */
static enum lx_code power(struct reader *r)
{
	if (++r->depth > DEPTH_MOST)
		return wrong(r);
	if (skip(r, '-')) {
		LX_TRY(power(r));
		r->depth--;
		return push(r, (struct node){ .kind = MINUS }, 1);
	}
	LX_TRY(atom(r));
	if (skip(r, '^')) {
		LX_TRY(power(r));
		LX_TRY(push(r, (struct node){ .kind = POWER }, 2));
	}
	r->depth--;
	return LX_OK;
}

static enum lx_code product(struct reader *r)
{
	LX_TRY(power(r));
	for (char c = look(r); c == '*' || c == '/'; c = look(r)) {
		r->at++;
		LX_TRY(power(r));
		LX_TRY(push(r, (struct node){ .kind = c == '*' ? TIMES : OVER }, 2));
	}
	return LX_OK;
}

static enum lx_code sum(struct reader *r)
{
	LX_TRY(product(r));
	for (char c = look(r); c == '+' || c == '-'; c = look(r)) {
		r->at++;
		LX_TRY(product(r));
		LX_TRY(push(r, (struct node){ .kind = c == '+' ? ADD : SUBTRACT }, 2));
	}
	return LX_OK;
}

static enum lx_code add_name(struct reader *r, struct lx_text name)
{
	struct lx_formula *f = r->formula;

	if (name.len == 0 || name.len > NAME_MOST || f->names_n == LX_FORMULA_NAMES)
		return wrong(r);
	memcpy(f->names[f->names_n++], name.at, name.len);
	return LX_OK;
}

static enum lx_code add_names(struct reader *r, const char *names)
{
	struct lx_text rest = lx_text(names), name;

	while (lx_text_split(&rest, ',', &name))
		LX_TRY(add_name(r, name));
	return LX_OK;
}

/* What stands before '=': the function with its variables. Nothing need stand there. */
static enum lx_code head(struct reader *r, const char *otherwise)
{
	if (memchr(r->text.at, '=', r->text.len) == NULL)
		return add_names(r, otherwise);
	if (!is_letter(look(r)))
		return wrong(r);
	(void)word(r);
	if (skip(r, '(')) {
		do {
			(void)look(r);
			LX_TRY(add_name(r, word(r)));
		} while (skip(r, ','));
		if (!skip(r, ')'))
			return wrong(r);
	} else {
		LX_TRY(add_names(r, otherwise));
	}
	return skip(r, '=') ? LX_OK : wrong(r);
}

enum lx_code lx_formula_read(
	struct lx_call *call, struct lx_text text, const char *otherwise, struct lx_formula **out)
{
	struct reader r = { .call = call, .text = text, .formula = lx_alloc(call, sizeof **out) };

	if (r.formula == NULL)
		return LX_BROKEN;
	LX_TRY(head(&r, otherwise));
	LX_TRY(sum(&r));
	if (look(&r) != '\0')
		return wrong(&r);
	*out = r.formula;
	return LX_OK;
}

size_t lx_formula_variables(const struct lx_formula *formula)
{
	return formula->names_n;
}

/* --- in doubles --- */

struct real {
	double v, d;
};

static struct real real_two(enum kind kind, struct real a, struct real b)
{
	switch (kind) {
	case ADD:
		return (struct real){ a.v + b.v, a.d + b.d };
	case SUBTRACT:
		return (struct real){ a.v - b.v, a.d - b.d };
	case TIMES:
		return (struct real){ a.v * b.v, a.d * b.v + a.v * b.d };
	case OVER:
		return (struct real){ a.v / b.v, (a.d * b.v - a.v * b.d) / (b.v * b.v) };
	case LEAST:
		return a.v <= b.v ? a : b;
	case MOST:
		return a.v >= b.v ? a : b;
	default: {
		double v = pow(a.v, b.v), d = b.v == 0 ? 0 : b.v * pow(a.v, b.v - 1) * a.d;
		return (struct real){ v, b.d == 0 ? d : d + v * log(a.v) * b.d };
	}
	}
}

static struct real real_one(enum kind kind, struct real a)
{
	double root = sqrt(a.v);

	switch (kind) {
	case MINUS:
		return (struct real){ -a.v, -a.d };
	case SQRT:
		return (struct real){ root, a.d == 0 ? 0 : a.d / (2 * root) };
	case LN:
		return (struct real){ log(a.v), a.d / a.v };
	case EXP:
		return (struct real){ exp(a.v), exp(a.v) * a.d };
	default:
		return a.v < 0 ? (struct real){ -a.v, -a.d } : a;
	}
}

static bool takes_two(enum kind kind)
{
	return (kind >= ADD && kind <= POWER) || kind >= LEAST;
}

bool lx_formula_real(const struct lx_formula *formula, const double *at, const double *with,
	double *value, double *slope)
{
	struct real stack[STACK_MOST] = { 0 };
	size_t n = 0;

	for (size_t k = 0; k < formula->n; k++) {
		const struct node *node = &formula->node[k];
		if (node->kind == NUMBER) {
			stack[n++] = (struct real){ node->real, 0 };
		} else if (node->kind == NAME) {
			stack[n++] = (struct real){ at[node->name],
				with == NULL ? 0 : with[node->name] };
		} else if (takes_two(node->kind)) {
			n--;
			stack[n - 1] = real_two(node->kind, stack[n - 1], stack[n]);
		} else {
			stack[n - 1] = real_one(node->kind, stack[n - 1]);
		}
	}
	*value = stack[0].v;
	*slope = stack[0].d;
	return isfinite(*value) && isfinite(*slope);
}

/* --- exactly --- */

struct exact {
	mpq_t v[STACK_MOST], d[STACK_MOST], a, b;
	size_t n;
};

static bool exact_power(struct exact *x, size_t i)
{
	mpq_ptr v = x->v[i], d = x->d[i], p = x->v[i + 1];

	if (mpz_cmp_ui(mpq_denref(p), 1) != 0 || mpz_cmpabs_ui(mpq_numref(p), POWER_MOST) > 0 ||
		mpq_sgn(x->d[i + 1]) != 0 || mpz_sizeinbase(mpq_numref(v), 2) > 4096)
		return false;
	long n = mpz_get_si(mpq_numref(p));
	if (mpq_sgn(v) == 0) { /* 0^n: the slope is that of v for n = 1, else 0 */
		if (n > 1)
			mpq_set_ui(d, 0, 1);
		return n >= 1;
	}
	unsigned long size = (unsigned long)(n < 0 ? -n : n);
	mpq_set(x->b, v);
	mpz_pow_ui(mpq_numref(x->a), mpq_numref(v), size);
	mpz_pow_ui(mpq_denref(x->a), mpq_denref(v), size);
	if (n < 0)
		mpq_inv(x->a, x->a);
	mpq_set(v, x->a);
	if (n == 0) {
		mpq_set_ui(d, 0, 1);
		return true;
	}
	mpq_div(x->a, x->a, x->b); /* n v^(n-1) d */
	mpq_mul(d, d, x->a);
	mpq_set_si(x->a, n, 1);
	mpq_mul(d, d, x->a);
	return true;
}

static bool exact_two(struct exact *x, enum kind kind)
{
	size_t i = --x->n - 1;
	mpq_ptr v = x->v[i], d = x->d[i], w = x->v[i + 1], e = x->d[i + 1];

	switch (kind) {
	case ADD:
		mpq_add(v, v, w);
		mpq_add(d, d, e);
		return true;
	case SUBTRACT:
		mpq_sub(v, v, w);
		mpq_sub(d, d, e);
		return true;
	case TIMES:
		mpq_mul(x->a, v, e);
		mpq_mul(d, d, w);
		mpq_add(d, d, x->a);
		mpq_mul(v, v, w);
		return true;
	case OVER:
		if (mpq_sgn(w) == 0)
			return false;
		mpq_div(v, v, w);
		mpq_mul(x->a, v, e);
		mpq_sub(d, d, x->a);
		mpq_div(d, d, w);
		return true;
	case POWER:
		return exact_power(x, i);
	default: /* min and max: no single polynomial along a ray */
		return false;
	}
}

static bool exact_root(struct exact *x, size_t i)
{
	mpq_ptr v = x->v[i], d = x->d[i];

	if (mpq_sgn(v) <= 0 || !mpz_perfect_square_p(mpq_numref(v)) ||
		!mpz_perfect_square_p(mpq_denref(v)))
		return false;
	mpz_sqrt(mpq_numref(v), mpq_numref(v));
	mpz_sqrt(mpq_denref(v), mpq_denref(v));
	mpq_div(d, d, v);
	mpq_div_2exp(d, d, 1);
	return true;
}

static bool exact_step(struct exact *x, const struct node *node, const mpq_t *at, const mpq_t *with)
{
	if (node->kind == NUMBER || node->kind == NAME) {
		mpq_set_ui(x->d[x->n], 0, 1);
		if (node->kind == NUMBER)
			(void)lx_ratio_read(node->digits, x->v[x->n]);
		else
			mpq_set(x->v[x->n], at[node->name]);
		if (node->kind == NAME && with != NULL)
			mpq_set(x->d[x->n], with[node->name]);
		x->n++;
		return true;
	}
	if (takes_two(node->kind))
		return exact_two(x, node->kind);
	if (node->kind == SQRT)
		return exact_root(x, x->n - 1);
	if (node->kind != MINUS)
		return false;
	mpq_neg(x->v[x->n - 1], x->v[x->n - 1]);
	mpq_neg(x->d[x->n - 1], x->d[x->n - 1]);
	return true;
}

bool lx_formula_exact(const struct lx_formula *formula, const mpq_t *at, const mpq_t *with,
	mpq_ptr value, mpq_ptr slope)
{
	struct exact x = { .n = 0 };
	bool exact = true;

	mpq_inits(x.a, x.b, NULL);
	for (size_t i = 0; i < STACK_MOST; i++)
		mpq_inits(x.v[i], x.d[i], NULL);
	for (size_t k = 0; k < formula->n && exact; k++) {
		exact = exact_step(&x, &formula->node[k], at, with);
		exact = exact && mpz_sizeinbase(mpq_numref(x.v[x.n - 1]), 2) < 20000;
	}
	if (exact) {
		mpq_set(value, x.v[0]);
		mpq_set(slope, x.d[0]);
	}
	mpq_clears(x.a, x.b, NULL);
	for (size_t i = 0; i < STACK_MOST; i++)
		mpq_clears(x.v[i], x.d[i], NULL);
	return exact;
}
