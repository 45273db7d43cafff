"""Words that say nothing of what a text is about."""

STOP = frozenset(
    "a about above after again all also and any are as at be because been before being below "
    "between both but by can could did do does doing down during each every everyone few for from "
    "further get had has have having he her here hers him his how i if in into is it its just let "
    "made make many me more most much must my new no nor not now of off on once one only or other "
    "our out over own same she should so some such than that the their them then there these they "
    "this those through to too two under until up upon us use used using very was way we were what "
    "when where which while who whom whose why will with would you your".split()
)
CHINESE_STOP = frozenset(
    "的 了 和 是 在 有 我 你 他 她 它 们 这 那 与 及 或 也 就 都 而 着 为 以 于 之 其 被 把 让 给 "
    "对 从 到 不 很 更 最 又 个 人 关于 适合 喜欢 以及 可以 我们 你们 他们 这个 那个 这些 那些 "
    "一个 一些 因为 所以 如果 但是 没有 就是 什么 怎么 非常 已经 其中 进行 对于 通过 还是 或者 "
    "不是".split()
)
