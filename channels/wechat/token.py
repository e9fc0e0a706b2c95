"""The access token of one account: kept for all processes, refreshed by one (contract wechat §2.2)."""

import json
from typing import Final

from yarl import URL

from channels.contract import NotAccepted, Outcome, OutcomeUnknown, TokenKeeper
from channels.transport import Answer, NoAnswer, NotSent, Transport
from channels.wechat.outcomes import TOKEN_CODES, outcome_of

HEADERS: Final = {"Content-Type": "application/json; charset=utf-8"}
_EARLY: Final = 300.0  # the platform renews five minutes before the end; both tokens work in between
_WAIT: Final = 60.0


class Token:
    """Gives the token, and another one when the platform refuses it."""

    def __init__(
        self, http: Transport, base: URL, keeper: TokenKeeper, *, account_id: str, appid: str, secret: str
    ) -> None:
        """Take the account's keys and the keeper that all processes share."""
        self._http, self._base, self._keeper = http, base, keeper
        self._account_id, self._appid, self._secret = account_id, appid, secret

    def __repr__(self) -> str:
        """Leave the keys out."""
        return f"Token({self._appid!r})"

    async def get(self) -> str | Outcome:
        """Give the kept token, or fetch one as the only one who does."""
        kept = await self._keeper.get(self._account_id)
        return kept or await self._fetch(refused=None)

    async def renew(self, refused: str) -> str | Outcome:
        """Give another token than the one that was refused."""
        return await self._fetch(refused=refused)

    async def prove(self) -> str | Outcome:
        """Ask the platform whether it knows these keys, whatever is kept; it gives the token that stands."""
        return await self._ask(force=False)

    async def _fetch(self, *, refused: str | None) -> str | Outcome:
        async with self._keeper.refreshing(self._account_id):
            # Another process may have renewed it while this one waited for its turn.
            kept = await self._keeper.get(self._account_id)
            if kept is not None and kept != refused:
                return kept
            if refused is not None:
                await self._keeper.drop(self._account_id, refused)
            token = await self._ask(force=False)
            if token == refused and refused is not None:
                token = await self._ask(force=True)  # at most once per 30 s, by the single turn
            return token

    async def _ask(self, *, force: bool) -> str | Outcome:
        body = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret,
            "force_refresh": force,
        }
        url = self._base / "cgi-bin/stable_token"
        match await self._http.send("POST", url, body=json.dumps(body).encode(), headers=HEADERS):
            case NotSent(reason) | NoAnswer(reason):
                return NotAccepted(_WAIT, f"取微信令牌时没有回答（{reason}）")  # a token is no post
            case Answer() as answer:
                return await self._keep(answer)

    async def _keep(self, answer: Answer) -> str | Outcome:
        try:
            body = answer.json()
            code = int(body.get("errcode", 0))
        except (ValueError, AttributeError):
            return NotAccepted(_WAIT, f"微信没有给出令牌（HTTP {answer.status}）")
        if code == 0 and "access_token" in body:
            token = str(body["access_token"])
            seconds = float(body.get("expires_in", 0)) - _EARLY
            if seconds > 0:
                await self._keeper.put(self._account_id, token, seconds)
            return token
        if code in TOKEN_CODES:  # at this address it means a wrong AppSecret (§2.1)
            return outcome_of({"errcode": 40125})
        outcome = outcome_of(body)
        return NotAccepted(_WAIT, outcome.reason) if isinstance(outcome, OutcomeUnknown) else outcome
