"""Settings of a language model are checked before use, and printed without secrets."""

import pytest

from freshet.config import ConfigError, load
from freshet.llm.config import LlmConfig

GIVEN = {"FRESHET_LLM_URL": "https://llm.example/v1", "FRESHET_LLM_CHAT_MODEL": "m"}


def test_the_key_is_not_printed() -> None:
    config = load(LlmConfig, {**GIVEN, "FRESHET_LLM_API_KEY": "sk-secret"})
    assert config.llm_api_key == "sk-secret"
    assert "sk-secret" not in config.describe()
    assert "FRESHET_LLM_API_KEY=***" in config.describe()
    assert "FRESHET_LLM_TOKENS_PER_MINUTE=100000" in config.describe()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("LLM_URL", "llm.example/v1"),
        ("LLM_URL", "ftp://llm.example"),
        ("LLM_URL", "https://user:pass@llm.example/v1"),
        ("LLM_URL", "https://llm.example/v1?key=secret"),
        ("LLM_CHAT_MODEL", ""),
        ("LLM_REQUESTS_PER_MINUTE", "0"),
        ("LLM_TIMEOUT_S", "0"),
        ("LLM_DIALECT", "french"),
        ("BROKERS", "nowhere"),
    ],
)
def test_a_wrong_setting_is_named(setting: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"FRESHET_{setting}"):
        load(LlmConfig, {**GIVEN, f"FRESHET_{setting}": value})
