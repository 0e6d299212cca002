using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace OrleansSocial.RateLimits;

/// <summary>What a bucket counts by.</summary>
internal enum RateSubject : byte
{
    User,
    Address4,
    Address6,
    Name,
}

/// <summary>Which bucket: the class, and the person, the address or the name. Costs no allocation on the way of a request.</summary>
internal readonly record struct RateKey(Rate Rate, RateSubject Subject, UInt128 Id, string? Name = null)
{
    /// <summary>The bucket of a person.</summary>
    public static RateKey Of(Rate rate, UserId user)
    {
        Span<byte> bytes = stackalloc byte[16];
        user.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        return new(rate, RateSubject.User, BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>The bucket of an address. One household or machine has a whole /64 of IPv6, so the rest of the address does not count.</summary>
    public static RateKey Of(Rate rate, IPAddress? address)
    {
        if (address is null) return new(rate, RateSubject.Address4, 0);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new(rate, RateSubject.Address6, BinaryPrimitives.ReadUInt64BigEndian(bytes))
            : new(rate, RateSubject.Address4, BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }

    /// <summary>The bucket of a name, in its one form.</summary>
    public static RateKey Of(Rate rate, string name) => new(rate, RateSubject.Name, 0, name);

    /// <summary>The bucket of whoever makes a request: the person when signed in, else the address.</summary>
    public static RateKey Of(Rate rate, HttpContext context) =>
        Caller.From(context.User) is { } caller ? Of(rate, caller.User) : Of(rate, context.Connection.RemoteIpAddress);

    /// <summary>The key of the bucket's grain.</summary>
    public string GrainKey() => Subject == RateSubject.Name ? $"rate:{Rate}:name:{Name}" : $"rate:{Rate}:{Subject}:{Id:x}";
}

/// <summary>What a bucket said to one request.</summary>
/// <param name="Allowed">One token was taken.</param>
/// <param name="Limit">How many requests may come at once.</param>
/// <param name="Remaining">How many more may come now, as far as this node knows.</param>
/// <param name="ResetSeconds">Until the bucket is full.</param>
/// <param name="RetryAfterSeconds">When refused: until there is a token.</param>
internal readonly record struct RateVerdict(bool Allowed, int Limit, int Remaining, double ResetSeconds, double RetryAfterSeconds)
{
    /// <summary>Null when allowed; otherwise the refusal with its wait.</summary>
    public Refusal? Refusal => Allowed ? null : RateRefusals.TooMany with { RetryAfterSeconds = Math.Max(1, Math.Ceiling(RetryAfterSeconds)) };
}
