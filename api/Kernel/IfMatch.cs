using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansSocial.Kernel;

/// <summary>The <c>If-Match</c> header (RFC 9110, 13.1.1): on which versions of a thing a change may be made. Binds a handler's parameter.</summary>
public readonly record struct IfMatch
{
    /// <summary>The most tags that are taken: each may be a call of its own.</summary>
    public const int TagsMax = 10;

    /// <summary>A version that nothing has: stands for tags that are none of ours.</summary>
    private const int NoVersion = 0;

    private readonly int[]? _versions;

    private IfMatch(int[] versions) => _versions = versions;

    /// <summary>Whether any version will do: there is no such header, or it is a star.</summary>
    public bool IsAny => _versions is null;

    /// <summary>Makes a change to whichever of the versions there is, or refuses with <c>request.version_changed</c> as the last try did.</summary>
    /// <param name="change">The change of one version; null for whichever there is.</param>
    public async Task<Outcome<T>> Change<T>(Func<int?, Task<Outcome<T>>> change)
    {
        if (_versions is null) return await change(null);

        // Versions only rise: tried in their order, none is passed over that comes meanwhile.
        Outcome<T> outcome = CommonRefusals.VersionChanged;
        foreach (var version in _versions)
        {
            outcome = await change(version);
            if (outcome.Refusal?.Code != CommonRefusals.VersionChanged.Code) break;
        }

        return outcome;
    }

    /// <summary>Reads the header. Weak tags match nothing, for tags are compared strongly here; what is no list of tags is a malformed request.</summary>
    public static ValueTask<IfMatch> BindAsync(HttpContext context)
    {
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0) return ValueTask.FromResult(default(IfMatch));
        if (!EntityTagHeaderValue.TryParseStrictList(header, out var tags) || tags.Count is 0 or > TagsMax || (tags.Count > 1 && tags.Contains(EntityTagHeaderValue.Any)))
            throw new MalformedRequestException($"If-Match is a star, or 1 to {TagsMax} entity tags in quotes with commas between them.");
        return ValueTask.FromResult(tags[0].Equals(EntityTagHeaderValue.Any) ? default : new IfMatch([.. tags.Select(VersionOf).Distinct().Order()]));
    }

    private static int VersionOf(EntityTagHeaderValue tag) =>
        !tag.IsWeak && int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && EntityTags.Of(version) == tag.Tag.Value
            ? version
            : NoVersion;
}

/// <summary>The entity tags of what is answered with.</summary>
public static class EntityTags
{
    /// <summary>The tag of a version.</summary>
    public static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The tag of what is told from others by a text.</summary>
    public static string Of(string said) => Of(Encoding.UTF8.GetBytes(said));

    /// <summary>The tag of these bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"";
}
