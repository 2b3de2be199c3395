import pytest

from ui.formatting import decimal


@pytest.mark.parametrize(
    ("number", "written"), [(1.25, "1.2"), (-1.26, "\N{MINUS SIGN}1.3"), (0.04, "0.0"), (-0.04, "0.0"), (-0.0, "0.0")]
)
def test_a_number_has_a_minus_sign_unless_it_is_rounded_to_0(number, written):
    assert decimal(number, 1) == written
