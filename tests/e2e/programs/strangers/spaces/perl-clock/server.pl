use strict;
use warnings;
use IO::Socket::INET;

my $listener = IO::Socket::INET->new(LocalPort => 7860, Listen => 16, ReuseAddr => 1)
    or die "cannot listen: $!";
open(my $note, '<', '/srv/clock/built.txt') or die "no note: $!";
my $built = <$note>;
while (my $visitor = $listener->accept) {
    while (defined(my $line = <$visitor>)) { last if $line =~ /^\r?\n$/ }
    my $body = "perl as uid $<, $ENV{SPACE_ID}, $built";
    print $visitor "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
        . "Content-Length: " . length($body) . "\r\n\r\n$body";
    close $visitor;
}
