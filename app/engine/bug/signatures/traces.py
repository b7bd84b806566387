"""Stack traces, messages and debug pages of the common languages and frameworks."""

# ruff: noqa: E501 — patterns read best unbroken

from __future__ import annotations

from app.engine.bug.reading.signs import sign

TRACES = (
    sign(
        "Python",
        "Traceback (most recent call last)",
        r"Traceback \(most recent call last\):?[\s\S]{0,60}?File (?:\"|&quot;|&#34;|&#x27;)[^\n]{1,200}, line \d+",
    ),
    sign(
        "Java",
        (".java:", "(Native Method)", "(Unknown Source)"),
        r"(?:\b[\w.$]{3,120}(?:Exception|Error)\b[^\n]{0,300}\s{1,6})(?:<br ?/?>|&nbsp;|\s){0,20}"
        r"at [\w.$/<>@-]{3,200}\((?:\w+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)",
    ),
    sign(
        "Java",
        (".java:",),
        r"at [\w.$/@-]{3,200}\(\w+\.java:\d+\)\s{1,40}at [\w.$/@-]{3,200}\(\w+\.java:\d+\)",
    ),
    sign(
        ".NET",
        (":line ", "at System.", "System.Web", "Microsoft.AspNetCore"),
        r"\bat [\w.<>`+|]{3,160}(?:\[\w+\])?\([^()\n]{0,200}\)(?: in [A-Za-z]?[:/\\][^\n]{1,200}:line \d+"
        r"|\s{1,40}at (?:System|Microsoft)\.[\w.<>`+]{3,160}\()",
    ),
    sign(
        "Node.js",
        (".js:", ".ts:", "node:internal"),
        r"\b[A-Z]\w{0,40}(?:Error|Exception)\b[^\n]{0,300}?(?:\n|\\n|<br ?/?>)(?:\s|&nbsp;){0,30}"
        r"at [^\n]{0,160}?\(?(?:node:|file://|/|[A-Za-z]:\\{1,2})[^\s()<>]{1,200}:\d+:\d+\)?",
    ),
    sign(
        "Ruby",
        (".rb:",),
        r"(?:/[\w.@+-]{1,80}){2,20}\.rb:\d+:in (?:`|&#39;|'|&lsquo;|&#x27;)[^'\n]{1,100}",
    ),
    sign(
        "Ruby on Rails",
        (".rb:",),
        r"\b(?:app/(?:controllers|models|views)|activerecord|actionpack) ?[^\n]{0,100}\.rb:\d+:in ",
    ),
    sign("Go", ("goroutine ",), r"(?:panic: [^\n]{1,300}|goroutine \d+ \[running\]:)[\s\S]{0,600}?\.go:\d+"),
    sign(
        "PHP",
        ("Stack trace:", "#0 "),
        r"Stack trace:\s{0,10}(?:<br ?/?>)?\s{0,10}#0 [^\n]{1,200}(?:\.php\(\d+\)|\{main\}|\[internal function\])",
    ),
    sign("PHP", ("#0 ",), r"#0 (?:/|[A-Z]:\\)[^\s(]{1,200}\.php\(\d+\): [\w\\:>-]{1,120}\("),
    sign("Perl", (" at /",), r"[^\n<>]{5,200} at /[\w./-]{1,150}\.(?:pl|pm|cgi) line \d+\."),
    sign("Rust", ("panicked at",), r"thread '[^'\n]{1,60}' panicked at [^\n]{1,200}\.rs:\d+:\d+"),
    sign("Elixir", (".ex:",), r"\([A-Za-z]\w{1,40} [\d.]{1,20}\) lib/[\w./]{1,100}\.ex:\d+: [\w.]{1,100}"),
    sign(
        "ColdFusion",
        ("coldfusion.", ".cfm:", ".cfc:"),
        r"(?:at cf\w{1,100}\.(?:runPage|_?\w{1,40})\([^()\n]{1,200}\.cf[mc]:\d+\)|coldfusion\.\w{1,40}\.\w{1,60}(?:Exception|Error)\b)",
    ),
)
"""Seen in the text of an answer; a page may also only talk of them."""

PHP_MESSAGES = (
    sign(
        "PHP",
        ("on line ",),
        r"<b>(?:Warning|Notice|Fatal error|Parse error|Deprecated|Strict Standards|Recoverable fatal error)</b>: "
        r"[\s\S]{1,600}? in <b>[^<\n]{1,250}</b> on line <b>\d+</b>",
    ),
    sign(
        "PHP",
        ("Fatal error</b>", "Parse error</b>", "Warning</b>"),
        r"<b>(?:Fatal error|Parse error|Warning)</b>: {1,2}[^\n<]{1,400} in (?:/|[A-Z]:\\)[^\s<:]{2,200}\.(?:php\d?|inc|phtml):\d+",
    ),
)
"""As PHP writes them into a page (display_errors), in markup."""

PHP_LINES = (
    sign(
        "PHP",
        ("on line ",),
        r"(?:^|\n|>)\s{0,10}(?:PHP )?(?:Warning|Notice|Fatal error|Parse error|Deprecated): {1,2}[^\n<]{1,400} in "
        r"(?:/[\w.-]{1,60}|[A-Z]:\\)[^\n<]{1,200} on line \d+",
    ),
)
"""As PHP writes them where it makes no markup."""

DEBUG_PAGES = (
    sign(
        "Django",
        ("DEBUG = True", "DEBUG=True"),
        r"(?:You(?:&#x27;|&#39;|')re seeing this (?:error|page) because you have|"
        r"because you have)[\s\S]{0,80}<code>DEBUG ?= ?True</code>",
    ),
    sign(
        "Django",
        ('id="traceback_area"', 'id="django-debug', "Django Version:"),
        r"id=\"traceback_area\"|<th[^>]{0,30}>Django Version:</th>",
    ),
    sign(
        "Werkzeug",
        ("__debugger__", "EVALEX"),
        r"(?:__debugger__=yes|EVALEX\s*=\s*(?:true|false),|var CONSOLE_MODE|CONSOLE_MODE\s*=\s*(?:true|false))",
    ),
    sign(
        "Laravel",
        ("ignite(", "ignition", "Ignition", "Whoops", "Illuminate"),
        r"window\.ignite\(|window\.data ?= ?\{\"report\"|<div class=\"Whoops container\"|data-ignition|<!-- *\s*Illuminate\\",
    ),
    sign(
        "Symfony",
        ("sf-reset", "exception-summary", "sfwdt", "_profiler/"),
        r"<div class=\"exception-(?:summary|illustration)|class=\"sf-(?:reset|toolbar)|id=\"sfwdt\w+\"|/_profiler/[0-9a-f]{6}",
    ),
    sign(
        "ThinkPHP",
        ("ThinkPHP", "think\\"),
        r"<div class=\"exception\">[\s\S]{0,600}?(?:think\\|\.php)|<a[^>]{1,80}thinkphp\.cn[^>]{0,60}>ThinkPHP</a>[\s\S]{0,60}V\d",
    ),
    sign(
        "Yii", ("yiiframework", "Yii Framework"), r"class=\"call-stack\"|<h1>[^<]{1,80}<span>[^<]{0,100}yii\\"
    ),
    sign(
        "CodeIgniter",
        ("A PHP Error was encountered", "CodeIgniter"),
        r"<h4>A PHP Error was encountered</h4>|<div[^>]{0,200}>\s{0,20}<h4>An? (?:uncaught )?(?:PHP )?(?:Error|Exception) was encountered",
    ),
    sign(
        "Ruby on Rails",
        ("Action Controller: Exception caught", "Rails.root", "better_errors", "web-console"),
        r"<title>Action Controller: Exception caught</title>|<code>Rails\.root: |data-template-paths|id='better_errors|class=\"?better_errors|<h1>\s{0,60}[\w:]{3,80} in [\w:#]{3,80}\s{0,60}</h1>",
    ),
    sign(
        ".NET",
        ("[HttpException", "Server Error in ", "Source Error:"),
        r"<H1>Server Error in '[^'\n]{0,100}' Application[\s\S]{0,1200}?(?:Stack Trace:|Source Error:|Exception Details:)|<b>(?:Source Error|Stack Trace):</b>",
    ),
    sign(
        "ASP.NET Core",
        ("stackerror", "rawExceptionStackTrace", "DeveloperExceptionPage"),
        r"class=\"(?:titleerror|stackerror|rawExceptionStackTrace)\"|id=\"stackpage\"",
    ),
    sign(
        "Spring",
        ("Whitelabel Error Page",),
        r"<h1>Whitelabel Error Page</h1>[\s\S]{0,600}?<div style=.white-space:pre-wrap;.>[^<]{1,300}at ",
    ),
    sign(
        "Play Framework",
        ("Play 2", "play-error", "In /app/"),
        r"<h2>In [^<]{1,200}\.(?:scala|java|routes):\d+</h2>|id=\"play-error",
    ),
    sign(
        "Express",
        ("<pre>",),
        r"<title>Error</title>\s{0,20}</head>\s{0,20}<body>\s{0,20}<pre>[^<]{1,300}<br> (?:&nbsp; ?){1,3}at ",
    ),
    sign("Next.js", ("__nextjs", "nextjs__container_errors"), r"nextjs__container_errors|data-nextjs-dialog"),
    sign("Grails", ("Grails Runtime Exception",), r"<title>Grails Runtime Exception</title>"),
    sign(
        "Struts",
        ("Struts Problem Report", "struts.devMode"),
        r"<h2>Struts Problem Report</h2>|<title>Struts Problem Report</title>",
    ),
    sign(
        "ColdFusion",
        ("Error Occurred While Processing Request",),
        r"<title>Error Occurred While Processing Request</title>|<h1[^>]{0,100}>\s{0,40}Error Occurred While Processing Request",
    ),
    sign("Phoenix", ("Plug.Debugger", "phx-debugger"), r"Plug\.Debugger|class=\"phx-debugger"),
    sign("PHP", ("xdebug-error", "Xdebug"), r"class='xdebug-error|class=\"xdebug-error"),
    sign("Tracy (Nette)", ("tracy-bs", "Tracy Debug"), r"id=\"?tracy-bs|id=\"tracy-debug"),
    sign(
        "Debug bar",
        ("phpdebugbar", "djDebug", "PhpDebugBar"),
        r"var phpdebugbar ?= ?new PhpDebugBar|id=\"djDebug\"|new PhpDebugBar\.",
    ),
)
"""Markup that a framework itself writes; a page that quotes it has it escaped."""

CONSOLES = (
    sign("Werkzeug", ("EVALEX",), r"EVALEX\s*=\s*true"),
    sign(
        "Ruby web-console",
        ("web-console",),
        r"id=['\"]console['\"][^>]{0,200}data-(?:session-id|remote-path)=|data-mount-point=['\"]/__web_console",
    ),
)
