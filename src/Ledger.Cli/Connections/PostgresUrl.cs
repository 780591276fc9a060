using Npgsql;

namespace Ledger.Cli.Connections;

/// <summary>Addresses of libpq: <c>postgresql://user:password@host:port/database?parameter=value</c>.</summary>
/// <remarks>https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS. Several hosts are separated by commas.</remarks>
internal static class PostgresUrl
{
    private const string Separator = "://";
    private const string Escapes = "In a user or password write '?', '/' and '@' as %3F, %2F and %40.";

    // The parameters of libpq that Npgsql has, by its names for them.
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["passfile"] = "Passfile",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["options"] = "Options",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
    };

    /// <summary>Whether a text is one.</summary>
    public static bool IsOne(string text) =>
        text.StartsWith($"postgresql{Separator}", StringComparison.OrdinalIgnoreCase) || text.StartsWith($"postgres{Separator}", StringComparison.OrdinalIgnoreCase);

    /// <summary>The same for Npgsql.</summary>
    /// <exception cref="UsageException">It has a parameter that Npgsql does not have, or is malformed. No part of it is repeated but what is nearly the name of a parameter.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string source, string text)
    {
        var (rest, query) = Cut(text[(text.IndexOf(Separator, StringComparison.Ordinal) + Separator.Length)..], '?');
        var (authority, database) = Cut(rest, '/');
        if (database.Contains('@'))
        {
            throw new UsageException($"{source} has an '@' in the name of the database. {Escapes}");
        }

        var parts = new NpgsqlConnectionStringBuilder();
        if (authority.LastIndexOf('@') is var at and >= 0)
        {
            var (user, password) = Cut(authority[..at], ':');
            Set(source, parts, "user", Decode(user));
            Set(source, parts, "password", Decode(password));
        }

        SetHosts(source, parts, authority[(authority.LastIndexOf('@') + 1)..]);
        Set(source, parts, "dbname", Decode(database));
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(parameter, '=');
            Set(source, parts, Decode(name), Decode(value));
        }

        return parts;
    }

    private static void SetHosts(string source, NpgsqlConnectionStringBuilder parts, string hosts)
    {
        if (hosts.Contains(','))
        {
            Set(source, parts, "host", Decode(hosts));
            return;
        }

        // The port comes after the last colon, unless that is part of an IPv6 address.
        var colon = hosts.LastIndexOf(':');
        var hasPort = colon > hosts.LastIndexOf(']');
        Set(source, parts, "host", Decode(hasPort ? hosts[..colon] : hosts).Trim('[', ']'));
        Set(source, parts, "port", hasPort ? hosts[(colon + 1)..] : "");
    }

    private static void Set(string source, NpgsqlConnectionStringBuilder parts, string name, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        if (!Parameters.TryGetValue(name, out var keyword))
        {
            // After a '?' that was not escaped, what looks like a name is a part of the password.
            throw new UsageException(NearestWord.Find(name, [.. Parameters.Keys]) is { } known
                ? $"{source} has the parameter '{name}', which an address cannot have here. Did you mean '{known}'?"
                : $"{source} has a parameter that an address cannot have here. {Escapes}");
        }

        try
        {
            parts[keyword] = name is "sslmode" or "channel_binding" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new UsageException($"{source} has a value for '{name}' that it cannot have.");
        }
    }

    private static (string Before, string After) Cut(string text, char separator) =>
        text.IndexOf(separator) is var at and >= 0 ? (text[..at], text[(at + 1)..]) : (text, "");

    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
