"""Lost, late and duplicate packets of one sender, by a sliding window over its sequence numbers.

MAVLink numbers the packets of each component modulo 256 (mavlink.io/en/guide/serialization.html). A number up to 63
behind the newest is a packet that comes late, or again; any other one is ahead, and what it skips is lost until it
comes late. So `lost` is what is missing within the numbers heard, exactly; a silence in which the numbers go round
whole rounds of 256 is not seen here, it stands among the gaps.
"""

import msgspec

WINDOW = 64
ROUND = 256
REMEMBERED = 64  # packets that can be counted anew once the aircraft tells that it has booted meanwhile
SILENCE_US = 1_000_000
# Poor links bring packets up to 10 s late (mavlink-router #457).
MOST_LATE_US = 10_000_000

_ALL_SEEN = (1 << WINDOW) - 1
_MOST_MS = (1 << 44) - 1  # the year 2527
_IN_ORDER, _LATE, _DUPLICATE, _ANEW = range(4)
_SMOOTH = 4  # the usual interval follows by a sixteenth


class Sequence(msgspec.Struct, array_like=True):
    """Count one sender's packets; `packets` is all that came, so sent = packets - duplicate + lost.

    `restarts` counts how often the numbers began anew, which is no loss.
    """

    packets: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    restarts: int = 0
    newest: int = -1
    seen: int = 0  # bit n: the number `newest - n` has come
    span: int = 0  # how many numbers, the newest and back from it, belong to this run
    heard_us: int = 0
    interval_us: int = 0
    recent: list[int] = []

    def hear(self, number: int, receive_us: int) -> bool:
        """Count the packet with this number, 0 to 255; says whether it is neither late nor a duplicate."""
        newest = self.newest
        if number == (newest + 1) % ROUND and newest >= 0:  # nearly always, so it is short
            silent_us = receive_us - self.heard_us
            if 0 <= silent_us <= MOST_LATE_US:
                self.interval_us += (silent_us - self.interval_us) >> _SMOOTH
            self.packets += 1
            self.heard_us, self.newest = receive_us, number
            self.seen = (self.seen << 1 | 1) & _ALL_SEEN
            if self.span < WINDOW:
                self.span += 1
            self._remember(number, receive_us, 0, _IN_ORDER)
            return True
        return self._hear_other(number, receive_us)

    def restart(self, boot_us: int) -> None:
        """Learn that the sender has booted at this time, µs UTC: count what came since then as a run of its own.

        Of what came since, the first packet that did not follow the one before begins the new run. Bound: the last 64
        packets; a sender tells its time since boot before that.
        """
        first = next(
            (at for at, kept in enumerate(self.recent) if kept >> 20 >= boot_us // 1000 and kept & 0x7FF != 1 << 2),
            len(self.recent),
        )
        again = self.recent[first:]
        del self.recent[first:]
        self.restarts += 1
        for kept in again:
            self._take_back(kept)
        interval_us, heard_us = self.interval_us, self.heard_us
        if again:
            self.newest = -1
        for kept in again:
            self.hear(kept >> 11 & 0x1FF, (kept >> 20) * 1000)
        self.interval_us, self.heard_us = interval_us, heard_us

    def _hear_other(self, number: int, receive_us: int) -> bool:
        ahead = (number - self.newest) % ROUND if self.newest >= 0 else 1
        silent_us = max(0, receive_us - self.heard_us) if self.packets else 0
        self.packets += 1
        self.heard_us = receive_us
        lost, how = 0, _IN_ORDER
        if self._is_ahead(ahead, silent_us):
            lost = ahead - 1
            self._go_on(number, ahead, silent_us)
        elif silent_us > MOST_LATE_US:
            how = _ANEW
            self.restarts += 1
            self._begin(number)
        else:
            lost, how = self._look_back((ROUND - ahead) % ROUND)
        self.lost += lost
        self._remember(number, receive_us, lost, how)
        return how in (_IN_ORDER, _ANEW)

    def _is_ahead(self, ahead: int, silent_us: int) -> bool:
        """Say whether a number is ahead: by the window, or as the silence before it was long enough for so many."""
        if 0 < ahead <= ROUND - WINDOW:
            return True
        return ahead > 0 and silent_us > SILENCE_US and ahead * self.interval_us <= 2 * silent_us

    def _begin(self, number: int) -> None:
        self.newest, self.seen, self.span = number, 1, 1

    def _go_on(self, number: int, ahead: int, silent_us: int) -> None:
        if self.newest < 0:
            self._begin(number)
            return
        self.interval_us += (min(silent_us, MOST_LATE_US) // ahead - self.interval_us) >> _SMOOTH
        self.newest = number
        self.seen = (self.seen << ahead | 1) & _ALL_SEEN
        self.span = min(WINDOW, self.span + ahead)

    def _look_back(self, back: int) -> tuple[int, int]:
        """Take a number that lies so far behind the newest; returns what it changes of the lost, and how it came."""
        if self.seen >> back & 1:
            self.duplicate += 1
            return 0, _DUPLICATE
        self.late += 1
        self.seen |= 1 << back
        if back < self.span:
            return -1, _LATE
        missing, self.span = back - self.span, back + 1  # it is from before the first one heard
        return missing, _LATE

    def _remember(self, number: int, receive_us: int, lost: int, how: int) -> None:
        # One integer of 64 bits each: ms of receipt (44), number (9), change of the lost + 1 (9), how it came (2).
        self.recent.append((receive_us // 1000 & _MOST_MS) << 20 | number << 11 | (lost + 1) << 2 | how)
        if len(self.recent) > 2 * REMEMBERED:
            del self.recent[:REMEMBERED]

    def _take_back(self, kept: int) -> None:
        how = kept & 3
        self.packets -= 1
        self.lost -= (kept >> 2 & 0x1FF) - 1
        self.late -= how == _LATE
        self.duplicate -= how == _DUPLICATE
        self.restarts -= how == _ANEW
