/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is computed from secrets and names, against the standards' vectors. */
#include "kernel/http/account_inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* RFC 4226, appendix D, and RFC 6238, appendix B (SHA-1, last six of its eight digits). */
static void codes_are_those_of_the_standards(void **state)
{
	static const unsigned char secret[] = "12345678901234567890";
	static const unsigned hotp[] = { 755224, 287082, 359152, 969429, 338314, 254676, 287922,
		162583, 399871, 520489 };
	static const struct {
		int64_t seconds;
		const char *code;
	} totp[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
	char text[LX_TOTP_TEXT];
	unsigned char back[LX_TOTP_BYTES];

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(lx_hotp(secret, 20, i), hotp[i]);
	for (size_t i = 0; i < sizeof totp / sizeof totp[0]; i++) {
		int64_t now = totp[i].seconds * 1000, step = totp[i].seconds / 30;
		assert_int_equal(lx_totp_step(secret, lx_text(totp[i].code), now, 0), step);
		assert_int_equal(lx_totp_step(secret, lx_text(totp[i].code), now + 30000, 0), step);
		assert_int_equal(lx_totp_step(secret, lx_text(totp[i].code), now + 90000, 0), 0);
		assert_int_equal(lx_totp_step(secret, lx_text(totp[i].code), now, step), 0);
	}
	lx_base32_write(secret, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_true(lx_base32_read(lx_text(text), back));
	assert_memory_equal(back, secret, 20);
	assert_false(lx_base32_read(lx_text("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"), back));
}

static void names_have_one_form(void **state)
{
	static const char *const bad[] = { "", "a", "a b", "a/b", "a\n", "\xff\xff",
		"\xc3\xa9t\xc3\xa9", "ａｂ", "name\xe2\x80\x8b", NULL };
	char folded[LX_NAME_MAX + 1], longest[LX_NAME_MAX + 2];

	(void)state;
	assert_true(lx_name_fold(lx_text("Zhang.San_1@Example-ORG"), folded));
	assert_string_equal(folded, "zhang.san_1@example-org");
	assert_true(lx_name_fold(lx_text("阿卜杜拉·张𠮷"), folded));
	assert_string_equal(folded, "阿卜杜拉·张𠮷");
	for (const char *const *one = bad; *one != NULL; one++)
		assert_false(lx_name_fold(lx_text(*one), folded));
	memset(longest, 'a', sizeof longest);
	assert_true(lx_name_fold((struct lx_text){ longest, LX_NAME_MAX }, folded));
	assert_false(lx_name_fold((struct lx_text){ longest, LX_NAME_MAX + 1 }, folded));
	assert_false(lx_name_fold((struct lx_text){ "a\0b", 3 }, folded));
}

static void tokens_differ_and_do_not_tell_each_other(void **state)
{
	char one[LX_TOKEN_TEXT], two[LX_TOKEN_TEXT], csrf[45], again[45];

	(void)state;
	lx_token_new(one);
	lx_token_new(two);
	assert_int_equal(strlen(one), LX_TOKEN_TEXT - 1);
	assert_string_not_equal(one, two);
	lx_token_csrf(lx_text(one), csrf);
	lx_token_csrf(lx_text(one), again);
	assert_string_equal(csrf, again);
	lx_token_csrf(lx_text(two), again);
	assert_string_not_equal(csrf, again);
	assert_int_equal(strlen(csrf), 43);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_those_of_the_standards),
		cmocka_unit_test(names_have_one_form),
		cmocka_unit_test(tokens_differ_and_do_not_tell_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
