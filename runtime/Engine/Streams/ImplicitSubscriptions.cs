using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Orleans.Streams;

namespace Orleans
{
    /// <summary>
    /// Subscribes the grains of a class to streams: an event of such a stream goes to the grain whose key is the stream's key, in
    /// the form that the class's key interface asks for. The subscription cannot be ended.
    /// </summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    [SuppressMessage("Performance", "CA1813:Avoid unsealed attributes", Justification = "RegexImplicitStreamSubscriptionAttribute and those of applications derive from it.")]
    public class ImplicitStreamSubscriptionAttribute : Attribute
    {
        /// <summary>All streams, of whatever namespace.</summary>
        public ImplicitStreamSubscriptionAttribute()
            : this(new AllStreamNamespacesPredicate())
        {
        }

        /// <summary>The streams of one namespace.</summary>
        public ImplicitStreamSubscriptionAttribute(string streamNamespace)
            : this(new ExactMatchStreamNamespacePredicate(streamNamespace))
        {
        }

        /// <summary>The streams of the namespaces that a predicate accepts; its class has a constructor without parameters.</summary>
        public ImplicitStreamSubscriptionAttribute(Type predicateType)
            : this(Activator.CreateInstance(predicateType) as IStreamNamespacePredicate
                ?? throw new ArgumentException($"{predicateType} is no {nameof(IStreamNamespacePredicate)}.", nameof(predicateType)))
        {
        }

        /// <summary>The streams of the namespaces that a predicate accepts; for attributes that derive from this one.</summary>
        public ImplicitStreamSubscriptionAttribute(IStreamNamespacePredicate predicate)
        {
            ArgumentNullException.ThrowIfNull(predicate);
            Predicate = predicate;
        }

        /// <summary>Tells which namespaces.</summary>
        public IStreamNamespacePredicate Predicate { get; }
    }

    /// <summary>Subscribes the grains of a class to the streams whose namespace matches a regular expression.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class RegexImplicitStreamSubscriptionAttribute(string pattern)
        : ImplicitStreamSubscriptionAttribute(new RegexStreamNamespacePredicate(pattern))
    {
        /// <summary>The expression.</summary>
        public string Pattern { get; } = pattern;
    }
}

namespace Orleans.Streams
{
    /// <summary>Tells which namespaces of streams a grain class is subscribed to.</summary>
    public interface IStreamNamespacePredicate
    {
        /// <summary>Says what it accepts, for people.</summary>
        string PredicatePattern { get; }

        /// <summary>Whether it accepts a namespace. A stream without namespace is asked for with an empty text.</summary>
        bool IsMatch(string streamNamespace);
    }

    /// <summary>Accepts every namespace.</summary>
    public class AllStreamNamespacesPredicate : IStreamNamespacePredicate
    {
        /// <inheritdoc/>
        public string PredicatePattern => "*";

        /// <inheritdoc/>
        public bool IsMatch(string streamNamespace) => true;
    }

    internal sealed class ExactMatchStreamNamespacePredicate : IStreamNamespacePredicate
    {
        private readonly string _targetStreamNamespace;

        public ExactMatchStreamNamespacePredicate(string targetStreamNamespace)
        {
            ArgumentNullException.ThrowIfNull(targetStreamNamespace);
            _targetStreamNamespace = targetStreamNamespace.Trim();
        }

        public string PredicatePattern => $"namespace:{_targetStreamNamespace}";

        public bool IsMatch(string streamNamespace) =>
            string.Equals(_targetStreamNamespace, streamNamespace?.Trim(), StringComparison.Ordinal);
    }

    /// <summary>Accepts the namespaces that match a regular expression.</summary>
    public class RegexStreamNamespacePredicate : IStreamNamespacePredicate
    {
        private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

        private readonly Regex _regex;

        /// <summary>Accepts what matches the expression anywhere in it.</summary>
        public RegexStreamNamespacePredicate(string regex)
        {
            ArgumentNullException.ThrowIfNull(regex);
            _regex = new Regex(regex, RegexOptions.Compiled | RegexOptions.CultureInvariant, s_limit);
        }

        /// <inheritdoc/>
        public string PredicatePattern => $"regex:{_regex}";

        /// <inheritdoc/>
        public bool IsMatch(string streamNamespace) => _regex.IsMatch(streamNamespace);
    }
}
