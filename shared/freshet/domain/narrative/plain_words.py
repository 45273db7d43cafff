"""English words that name nothing: they may open a sentence, and they say no subject."""

PLAIN_WORDS = frozenset(
    "a about add after all also always an and any are as at back be because been before being "
    "best better between both bring build built but by can carefully choose classic come complete "
    "could create day designed did discover do does down each easy elevate enjoy even ever every "
    "everyone everything experience explore feel few find for freshly from fun get gift give go "
    "good great had handy has have he heading her here his how i ideal if in into is it its join "
    "just keep know let like liked little live look looking love made make makes making many meet "
    "more most much must my need new no nor not now of off on once one only open or other our out "
    "over own pair perfect pick picked put quality ready really relax same save see serve set she "
    "should simple simply since small so some start stay step still such take than that the their "
    "them then there these they thing this those through time to today together too treat try "
    "turn two under until up upon use used using very want was way we well were what when where "
    "whether which while who whom whose why will wish with without work works would you your "
    "yours".split()
)
