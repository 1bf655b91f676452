import type { Kysely } from 'kysely';
import type { Finding } from './doctor.ts';
import type { Schema } from './schema.ts';

/** The doctor's look at what was made of what, and where it was posted. */

/** Every line of descent is between jobs that are there, and begins with a picture that was made. */
export async function lineage(db: Kysely<Schema>): Promise<Finding[]> {
  const broken = await db
    .selectFrom('lineage')
    .leftJoin('jobs as child', 'child.id', 'lineage.child')
    .leftJoin('jobs as parent', 'parent.id', 'lineage.parent')
    .leftJoin('pictures', (join) =>
      join.onRef('pictures.job', '=', 'lineage.parent').onRef('pictures.position', '=', 'lineage.parent_position'),
    )
    .select([
      'lineage.child',
      'lineage.parent',
      'lineage.parent_position',
      'child.id as knownChild',
      'parent.id as knownParent',
    ])
    .where(({ eb, and, or }) =>
      or([
        eb('child.id', 'is', null),
        eb('parent.id', 'is', null),
        and([eb('pictures.job', 'is', null), eb('parent.pictures_gone_at', 'is', null)]),
      ]),
    )
    .orderBy('lineage.child')
    .execute();
  return broken.map(({ child, parent, parent_position: position, knownChild, knownParent }) => {
    const picture = `picture ${position + 1} of job ${parent}`;
    const what =
      knownChild === null
        ? `nobody knows, and it is said to be made of ${picture}`
        : `is made of ${picture}, ${knownParent === null ? 'which nobody knows' : 'which has none with that number'}`;
    return { check: 'lineage', subject: `job ${child}`, what };
  });
}

/** Versions that several jobs of a family share. */
export async function families(db: Kysely<Schema>): Promise<Finding[]> {
  const shared = await db
    .selectFrom('jobs')
    .select(['family', 'version', (eb) => eb.fn.countAll().as('count')])
    .where('version', 'is not', null)
    .groupBy(['family', 'version'])
    .having((eb) => eb.fn.countAll(), '>', 1)
    .orderBy('family')
    .execute();
  return shared.map(({ family, version, count }) => ({
    check: 'version',
    subject: `family of job ${family}`,
    what: `has ${count} jobs with version ${version}`,
  }));
}

/**
 * Delivered jobs of which nobody knows where they were posted. Those of before that was written down have a row that
 * says so; those that an older Easel made beside this one have no version.
 */
export async function unplaced(db: Kysely<Schema>): Promise<Finding[]> {
  const jobs = await db
    .selectFrom('jobs')
    .leftJoin('shown', 'shown.job', 'jobs.id')
    .select('jobs.id')
    .where('jobs.state', '=', 'delivered')
    .where('jobs.version', 'is not', null)
    .where('shown.job', 'is', null)
    .orderBy('jobs.id')
    .execute();
  return jobs.map(({ id }) => ({
    check: 'place',
    subject: `job ${id}`,
    what: 'is delivered and nobody noted where',
  }));
}
