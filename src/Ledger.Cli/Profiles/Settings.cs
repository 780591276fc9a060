using Ledger.Cli.Connections;

namespace Ledger.Cli.Profiles;

/// <summary>What the user has set besides the options of a call: variables, and the profile in force.</summary>
/// <remarks>In this order: the option, the profile that <c>--profile</c> names, the variable, the profile that <c>LEDGER_PROFILE</c> or the file names.</remarks>
internal sealed class Settings
{
    private readonly CommandIo _io;
    private readonly bool _isNamed;
    private readonly bool _isDefault;

    private Settings(CommandIo io, string? name, Profile? profile, bool isNamed, bool isDefault) =>
        (_io, Name, Profile, _isNamed, _isDefault) = (io, name, profile, isNamed, isDefault);

    /// <summary>The name of the profile in force, or null for none.</summary>
    public string? Name { get; }

    /// <summary>The profile in force, or null for none.</summary>
    public Profile? Profile { get; }

    /// <summary>Finds the profile in force.</summary>
    /// <param name="io">The environment.</param>
    /// <param name="named">The profile that the call names, or null.</param>
    /// <param name="mustExist">Whether one that only the variable or the file names must exist.</param>
    /// <exception cref="UsageException">There is no profile of that name, or the file is malformed.</exception>
    public static Settings Read(CommandIo io, string? named, bool mustExist)
    {
        ProfileFile file;
        try
        {
            file = ProfileFile.Read(io);
        }
        catch (UsageException) when (!mustExist && named is null)
        {
            return new Settings(io, null, null, isNamed: false, isDefault: false);
        }

        var (source, name) = named is not null ? (CommonOptions.Profile.Name, named)
            : io.Environment("LEDGER_PROFILE") is { } variable ? ("LEDGER_PROFILE", variable)
            : (ProfileFile.PathOf(io), file.Default);
        var isDefault = named is null && io.Environment("LEDGER_PROFILE") is null;
        return name is null ? new Settings(io, null, null, isNamed: false, isDefault)
            : file.Profiles.TryGetValue(name, out var profile) ? new Settings(io, name, profile, named is not null, isDefault)
            : !mustExist && named is null ? new Settings(io, name, null, isNamed: false, isDefault)
            : throw new UsageException(Missing(file, named is null ? source : null, name));
    }

    /// <summary>A setting and where it is from, or null if it is set nowhere.</summary>
    /// <param name="option">The name of the option.</param>
    /// <param name="given">Its value, or null.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="of">The member of a profile.</param>
    public (string Source, string Value)? Find(string option, string? given, string variable, Func<Profile, string?> of)
    {
        (string, string)? ofProfile = Profile is not null && of(Profile) is { } text ? ($"Profile '{Name}'", text) : null;
        return given is not null ? (option, given)
            : _isNamed && ofProfile is not null ? ofProfile
            : _io.Environment(variable) is { } set ? (variable, set)
            : ofProfile;
    }

    /// <summary>The schema and where it is from, or null for the default: the schema of the default profile is for the server of that profile alone.</summary>
    /// <param name="given">The value of <c>--schema</c>, or null.</param>
    /// <param name="connection">The value of <c>--connection</c>, or null.</param>
    public (string Source, string Value)? FindSchema(string? given, string? connection)
    {
        var isOtherServer = _isDefault && (connection ?? _io.Environment(ServerAddress.Variable)) is not null;
        return Find(CommonOptions.Schema.Name, given, "LEDGER_SCHEMA", profile => isOtherServer ? null : profile.Schema);
    }

    /// <summary>The sentence for a name that no profile has.</summary>
    /// <param name="file">The profiles.</param>
    /// <param name="source">The variable or file that has the name; null for the command line.</param>
    /// <param name="name">The name.</param>
    public static string Missing(ProfileFile file, string? source, string name) =>
        $"There is no profile '{name}'{(source is null ? "" : $", which {source} names")}.{(NearestWord.Find(name, [.. file.Profiles.Keys]) is { } near ? $" Did you mean '{near}'?" : "")}"
        + " 'ledger profile list' shows all.";
}
