using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Cli.Profiles;

/// <summary>The file with a user's profiles: <c>ledger/config.json</c> in <c>XDG_CONFIG_HOME</c>, else in <c>~/.config</c>.</summary>
internal sealed record ProfileFile
{
    /// <summary>The profile that is used if none is named, or null.</summary>
    public string? Default { get; init; }

    /// <summary>The profiles by their names.</summary>
    public SortedDictionary<string, Profile> Profiles { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Where it is, or null if the user has no home.</summary>
    public static string? PathOf(CommandIo io) =>
        io.Environment("XDG_CONFIG_HOME") is { } config ? Path.Combine(config, "ledger", "config.json")
        : (io.Environment("HOME") ?? io.Environment("USERPROFILE")) is { } home ? Path.Combine(home, ".config", "ledger", "config.json")
        : null;

    /// <summary>Reads it; one that is not there has no profiles.</summary>
    /// <exception cref="UsageException">It is not JSON of this form.</exception>
    public static ProfileFile Read(CommandIo io)
    {
        if (PathOf(io) is not { } path || !File.Exists(path))
        {
            return new ProfileFile();
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ProfileContext.Default.ProfileFile) ?? new ProfileFile();
        }
        catch (JsonException fault)
        {
            // The message of the reader may repeat a password.
            throw new UsageException($"'{path}' is not a file of profiles: see line {fault.LineNumber + 1}{(fault.Path is { } place and not "$" ? $", {place}" : "")}.");
        }
    }

    /// <summary>Writes it so that only the user can read it: a connection may have a password.</summary>
    public void Write(CommandIo io)
    {
        var path = PathOf(io) ?? throw new RefusalException("There is no folder for settings: neither XDG_CONFIG_HOME nor HOME is set.");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var written = $"{path}.new";
        File.Delete(written);
        using (var file = new FileStream(written, options))
        {
            JsonSerializer.Serialize(file, this, ProfileContext.Default.ProfileFile);
            file.WriteByte((byte)'\n');
        }

        File.Move(written, path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ProfileFile))]
internal sealed partial class ProfileContext : JsonSerializerContext;
