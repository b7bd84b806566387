"""Messages of databases, and the error pages that servers have by themselves."""

# ruff: noqa: E501 — patterns read best unbroken

from __future__ import annotations

from app.engine.bug.reading.signs import sign

DATABASES = (
    sign(
        "MySQL",
        ("SQL syntax", "MySQL", "mysql", "mysqli"),
        r"You have an error in your SQL syntax; check the manual that corresponds to your (?:MySQL|MariaDB)|(?:Warning|Error)[^\n]{0,40}\bmysqli?_\w{2,30}\(\)|(?:com\.mysql\.(?:cj\.)?jdbc|MySqlClient\.MySqlException|pymysql\.err\.\w+Error|MySQLdb\.\w+|_mysql_exceptions\.\w+)|SQLSTATE\[\w{5}\][^\n]{0,60}MySQL|Unknown column '[^'\n]{1,80}' in '(?:field list|where clause|order clause|on clause)'",
    ),
    sign("PDO", ("SQLSTATE[",), r"SQLSTATE\[\w{5}\](?: \[\d+\]|: [A-Z][\w ]{3,60}: )"),
    sign(
        "PostgreSQL",
        ("PostgreSQL", "pg_", "psycopg", "PSQLException", "PG::", "Npgsql", "syntax error at or near"),
        r"PostgreSQL[^\n]{0,40}ERROR|(?:Warning|Error)[^\n]{0,40}\bpg_\w{2,30}\(\)|psycopg2?\.(?:errors\.)?\w{3,40}|org\.postgresql\.util\.PSQLException|\bPG::\w{3,40}(?:Error|Violation)|Npgsql\.\w{3,40}|ERROR: {1,2}syntax error at or near \"",
    ),
    sign(
        "Microsoft SQL Server",
        ("SQL Server", "SqlException", "SqlClient", "Unclosed quotation mark", "mssql_", "sqlsrv_"),
        r"(?:ODBC (?:Driver \d+ for )?SQL Server|OLE DB Provider for SQL Server|SQL Server Native Client)[^\n]{0,60}(?:error|\]|Driver)|System\.Data\.SqlClient\.SqlException|Microsoft\.Data\.SqlClient\.SqlException|com\.microsoft\.sqlserver\.jdbc|Unclosed quotation mark (?:after|before) the character string|(?:Warning|Error)[^\n]{0,40}\b(?:mssql|sqlsrv)_\w{2,30}\(\)",
    ),
    sign(
        "Oracle",
        ("ORA-", "Oracle", "oci_"),
        r"\bORA-\d{5}: [^\n]{4,200}|oracle\.jdbc\.\w+|Oracle\.(?:ManagedDataAccess|DataAccess)\.Client|cx_Oracle\.\w+|(?:Warning|Error)[^\n]{0,40}\boci_\w{2,30}\(\)",
    ),
    sign(
        "SQLite",
        ("SQLite", "sqlite", "SQLITE_"),
        r"sqlite3\.(?:Operational|Integrity|Programming|Database)Error|SQLite(?:3::(?:query|exec)\(\)|Exception\b|/JDBCDriver)|System\.Data\.SQLite\.SQLiteException|SQLITE_(?:ERROR|CONSTRAINT|MISUSE)\b[^\n]{0,20}[:\]]|(?:Warning|Error)[^\n]{0,40}\bsqlite_\w{2,30}\(\)|SQL logic error or missing database",
    ),
    sign(
        "SQLAlchemy",
        ("sqlalchemy.exc", "sqlalche.me"),
        r"sqlalchemy\.exc\.\w{3,40}|\[SQL: [^\n]{4,300}\]|https?://sqlalche\.me/e/",
    ),
    sign(
        "Sequelize",
        ("SequelizeDatabaseError", "QueryFailedError"),
        r"\b(?:SequelizeDatabaseError|QueryFailedError)\b",
    ),
    sign(
        "DB2",
        ("DB2 SQL error", "SQLCODE"),
        r"DB2 SQL error: SQLCODE|CLI Driver\][^\n]{0,40}DB2|SQLCODE[=:] ?-\d+, ?SQLSTATE[=:] ?\w+",
    ),
    sign(
        "Access/ODBC",
        ("Microsoft JET Database", "ODBC Microsoft Access", "[Microsoft][ODBC"),
        r"Microsoft JET Database Engine|\[Microsoft\]\[ODBC [^\]\n]{3,60}\]|ODBC Microsoft Access Driver",
    ),
    sign(
        "MongoDB",
        ("MongoError", "MongoServerError", "MongoDB\\Driver", "pymongo.errors"),
        r"\bMongo(?:Server|Network)?Error: [^\n]{4,200}|MongoDB\\Driver\\Exception\\\w+|pymongo\.errors\.\w+",
    ),
    sign(
        "Hibernate/JDBC",
        ("org.hibernate", "java.sql.SQL", "BadSqlGrammar"),
        r"org\.hibernate\.(?:exception|QueryException)[\w.]*|java\.sql\.SQL\w*Exception|BadSqlGrammarException",
    ),
    sign(
        "ActiveRecord/Doctrine",
        ("ActiveRecord::StatementInvalid", "Doctrine\\DBAL"),
        r"ActiveRecord::StatementInvalid|Doctrine\\DBAL\\\w+\\?\w*Exception|An exception occurred while executing (?:a query|')",
    ),
    sign(
        "Sybase/Informix/Firebird",
        ("Sybase message", "Informix", "Dynamic SQL Error"),
        r"Sybase message:?[^\n]{4,200}|\[Informix\][^\n]{4,200}|Dynamic SQL Error[^\n]{0,40}SQL error code",
    ),
    sign(
        "LDAP/XPath",
        ("supplied argument is not a valid ldap", "XPathException", "SimpleXMLElement::xpath"),
        r"supplied argument is not a valid ldap|(?:javax\.xml\.xpath\.|MS\.Internal\.Xml\.)?XPathException|SimpleXMLElement::xpath\(\)",
    ),
)

DEFAULT_ERROR_PAGES = (
    sign("Spring Boot", ("Whitelabel Error Page",), r"<h1>Whitelabel Error Page</h1>"),
    sign("Apache Tomcat", ("Apache Tomcat/",), r"<h3>Apache Tomcat/[\d.]{1,20}</h3>"),
    sign(
        "ASP.NET",
        ("Runtime Error",),
        r"<title>Runtime Error</title>[\s\S]{0,1500}?customErrors|<H1>Server Error in '",
    ),
    sign("Apache", (" Server at ",), r"<address>Apache[^<]{0,200} Server at [^<]{1,100} Port \d+</address>"),
    sign("nginx", ("<center>nginx/",), r"<hr><center>nginx/[\d.]{1,20}[^<]{0,30}</center>"),
    sign("Jetty", ("Powered by Jetty",), r"Powered by Jetty:// ?[\d.v]{1,30}"),
    sign(
        "IIS",
        ("Internet Information Services", "IIS 1", "IIS 8", "IIS 7"),
        r"<title>IIS \d+\.\d Detailed Error|Internet Information Services",
    ),
    sign("WildFly/JBoss", ("JBWEB", "JBossWeb"), r"JBWEB\d{6}|JBossWeb/[\d.]{1,20}"),
    sign("GlassFish", ("GlassFish Server",), r"<h3>[^<]{0,60}GlassFish Server[^<]{0,60}</h3>"),
    sign("WebLogic", ("Error 404--Not Found", "Error 500--"), r"From RFC 2068|<TITLE>Error \d{3}--"),
    sign(
        "Django",
        ("A server error occurred.",),
        r"A server error occurred\. {1,2}Please contact the administrator",
    ),
)
