// A review as a program of octokit's does it; what it saw goes to standard output, as JSON.
import { Octokit } from "@octokit/rest";

const [baseUrl, token, stranger, owner, repo] = process.argv.slice(2);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const octokit = new Octokit({ auth: token, baseUrl, log: quiet });
const eve = new Octokit({ auth: stranger, baseUrl, log: quiet });
const at = { owner, repo };
const seen = {};

const { data: pull } = await octokit.rest.pulls.create({
  ...at, title: "A change", head: "work", base: "main", body: "Because.", draft: false,
});
const one = { ...at, pull_number: pull.number };
seen.files = (await octokit.paginate(octokit.rest.pulls.listFiles, { ...one, per_page: 1 })).map(
  (file) => file.filename,
);
seen.commits = (await octokit.rest.pulls.listCommits(one)).data.length;
const { data: review } = await eve.rest.pulls.createReview({
  ...one,
  event: "REQUEST_CHANGES",
  body: "Hm.",
  comments: [{ path: "a.py", line: 1, body: "Why?" }],
});
seen.review = review.state;
seen.lines = (await octokit.rest.pulls.listReviewComments(one)).data.map((each) => each.line);
await octokit.rest.issues.createComment({ ...at, issue_number: pull.number, body: "plan" });
await octokit.rest.issues.addLabels({ ...at, issue_number: pull.number, labels: ["deploys"] });
await octokit.rest.repos.createCommitStatus({
  ...at, sha: pull.head.sha, state: "success", context: "test",
});
seen.status = (await octokit.rest.repos.getCombinedStatusForRef({ ...at, ref: "work" })).data.state;
seen.checks = (await octokit.rest.checks.listForRef({ ...at, ref: "work" })).data.total_count;
seen.own = await octokit.rest.pulls
  .createReview({ ...one, event: "APPROVE" })
  .catch((error) => error.status);
const { data: full } = await octokit.rest.pulls.get(one);
seen.full = [full.mergeable, full.mergeable_state, full.labels[0].name, full.comments];
seen.merged = (await octokit.rest.pulls.merge({ ...one, merge_method: "squash" })).data.merged;
seen.isMerged = (await octokit.rest.pulls.checkIfMerged(one)).status;
console.log(JSON.stringify(seen));
