import json

import pytest

from mnist_model.classifier import ModelFileError
from mnist_model.report import load_trust


def test_the_shipped_report_is_read():
    trust = load_trust()
    assert 0.2 < trust.temperature < 5
    assert -30 < trust.energy_threshold < 5


@pytest.mark.parametrize(
    "content",
    [None, "", "{", "[]", "null", "{}", '{"temperature": 1}', '{"temperature": 1, "energy_threshold": "low"}']
    + [
        json.dumps({"temperature": t, "energy_threshold": e})
        for t, e in ((0, 1), (-1, 1), (float("nan"), 1), (1, None))
    ],
)
def test_another_file_is_named_with_what_remakes_it(tmp_path, content):
    path = tmp_path / "report.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ModelFileError, match=r"report\.json cannot be read .*python train\.py"):
        load_trust(path)
